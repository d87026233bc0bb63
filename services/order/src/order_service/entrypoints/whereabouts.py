"""Where the elder may be, exactly: asked of people and device at the moment of use, for a purpose, and not kept."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import structlog

from chassis.rpc.client import Clients, Refused, purpose
from chassis.work import Work
from eldercare.device.v1.device_service_pb2 import GetAlarmRequest
from eldercare.device.v1.device_service_pb2_grpc import DeviceServiceStub
from eldercare.people.v1.person_service_pb2 import GetHomeRequest
from eldercare.people.v1.person_service_pb2_grpc import PersonServiceStub
from order_service.incident.store import alarms_of
from order_service.visit.arrival import Spot
from order_service.visit.domain.proof import HOME_SLACK_M
from order_service.visit.store import read_order

log = structlog.get_logger(__name__)

PURPOSE = purpose("proof_of_arrival")
ASK_S = 1.5
# A fix vaguer than this says no more than the cell does.
SLACK_LIMIT_M = 150.0
# Later alarms of the incident tell more about where the elder is; earlier ones are left out.
LATEST = 2

Transaction = Callable[[], AbstractContextManager[Work]]


class WhereaboutsOfElder:
    def __init__(self, transaction: Transaction, clients: Clients) -> None:
        self._transaction, self._clients = transaction, clients

    def spots(self, order_name: str, worker: str) -> list[Spot]:
        """Home and the last fixes of the alarms; empty when nobody answers, then the cell has to do."""
        with self._transaction() as work:
            order = read_order(work, order_name)
            if order is None or order.worker != worker:
                return []
            alarms = alarms_of(work, order.incident) if order.incident else []
        found = [*self._home(order.person), *(spot for alarm in alarms[-LATEST:] for spot in self._fix(alarm))]
        log.info("whereabouts.asked", order=order_name, count=len(found))
        return found

    def _home(self, person: str) -> Iterator[Spot]:
        if not person:
            return
        people = self._clients.stub("people", PersonServiceStub)
        try:
            home = people.GetHome(GetHomeRequest(name=person), timeout=ASK_S, metadata=PURPOSE)
        except Refused as refused:
            log.warning("whereabouts.refused", person=person, reason=refused.reason)
            return
        if home.HasField("position"):
            at = home.position
            yield Spot(source="home", lat=at.latitude, lon=at.longitude, slack_m=HOME_SLACK_M)

    def _fix(self, alarm: str) -> Iterator[Spot]:
        device = self._clients.stub("device", DeviceServiceStub)
        try:
            told = device.GetAlarm(GetAlarmRequest(name=alarm), timeout=ASK_S, metadata=PURPOSE)
        except Refused as refused:
            log.warning("whereabouts.refused", alarm=alarm, reason=refused.reason)
            return
        if told.HasField("position"):
            slack = min(told.position.accuracy_m, SLACK_LIMIT_M)
            yield Spot(source="alarm", lat=told.position.lat, lon=told.position.lon, slack_m=slack)
