"""order.core: rpc, relay, timers, the search for workers, the hand-over to notify, the auditor."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from chassis.core import Core, Deps, Parts
from chassis.rpc.client import Clients, Refused
from chassis.work import Work
from eldercare.notify.v1.notify_service_pb2 import StartLadderRequest
from eldercare.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from eldercare.order.v1 import incident_service_pb2_grpc, order_service_pb2_grpc, provider_service_pb2_grpc
from order_service.access import relate
from order_service.auditor import audit
from order_service.dispatch.asking import RING_SEARCH
from order_service.dispatch.ring import RingSearch
from order_service.duty.live import LivePositions
from order_service.entrypoints.catalogue import Catalogue
from order_service.entrypoints.duties import Duties
from order_service.entrypoints.incidents import Incidents
from order_service.entrypoints.orders import Orders
from order_service.entrypoints.providers import Providers
from order_service.entrypoints.refusals import REFUSALS
from order_service.entrypoints.whereabouts import WhereaboutsOfElder
from order_service.exported import PARTS
from order_service.handlers import HANDLERS
from order_service.incident.desk import PAGES
from order_service.incident.ladder import START_LADDER, LadderStart, Send
from order_service.moments import stamp
from order_service.news.bell import NewsBell
from order_service.settings import OrderSettings
from order_service.timers import TIMERS

START_WITHIN_S = 3.0


def build(deps: Deps[OrderSettings]) -> Parts:
    live = LivePositions(deps.redis)

    def transaction() -> AbstractContextManager[Work]:
        return deps.transaction()

    elder, bell = WhereaboutsOfElder(transaction, deps.clients), NewsBell(deps.database.url)
    providers = Providers(deps.rpc, deps.seals, elder, bell, transaction)
    return Parts(
        servicers=[
            (incident_service_pb2_grpc.add_IncidentServiceServicer_to_server, Incidents(deps.rpc)),
            (order_service_pb2_grpc.add_OrderServiceServicer_to_server, Orders(deps.rpc, deps.seals, elder)),
            (provider_service_pb2_grpc.add_ProviderServiceServicer_to_server, providers),
            (order_service_pb2_grpc.add_CatalogueServiceServicer_to_server, Catalogue(deps.rpc)),
            (order_service_pb2_grpc.add_DutyServiceServicer_to_server, Duties(deps.rpc, live)),
        ],
        timers=TIMERS,
        effects={
            RING_SEARCH: RingSearch(transaction, live, limit_m=deps.settings.radius_m),
            START_LADDER: LadderStart(transaction, _send(deps.clients)),
        },
        pages=PAGES,
        auditor=audit,
        exported=PARTS,
        background=[bell.run],
    )


def _send(clients: Clients) -> Send:
    def send(request: Mapping[str, Any], alarm_receive_time: datetime) -> str:
        told = {key: value for key, value in request.items() if key != "alarm_receive_time"}
        message = StartLadderRequest(**told, alarm_receive_time=stamp(alarm_receive_time))
        try:
            clients.stub("notify", NotifyServiceStub).StartLadder(message, timeout=START_WITHIN_S)
        except Refused as refused:
            return refused.reason
        return ""

    return send


CORE = Core(service="order", settings=OrderSettings, handlers=HANDLERS, relate=relate, refusals=REFUSALS, build=build)
