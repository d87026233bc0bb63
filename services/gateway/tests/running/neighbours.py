"""The services beside the gateway, as far as its own behaviour needs them: one server with the contract's servicers.

They decide nothing about care. They check the token, keep a timeline in memory, remember what reached them, refuse by
name when told to, and can be slow or gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent import futures
from dataclasses import dataclass, field
from typing import Any

import grpc
from grpc_status import rpc_status

from chassis.identity import Identity
from chassis.rpc.status import named
from eldercare.device.v1.device_pb2 import Alarm
from eldercare.device.v1.device_service_pb2 import RaiseAlarmRequest
from eldercare.device.v1.device_service_pb2_grpc import DeviceServiceServicer, add_DeviceServiceServicer_to_server
from eldercare.device.v1.export_job_service_pb2_grpc import add_ExportJobServiceServicer_to_server
from eldercare.notify.v1.message_pb2 import TimelineEntry
from eldercare.notify.v1.notify_service_pb2 import (
    AnswerRequest,
    AnswerResponse,
    ListRegionTimelineRequest,
    ListRegionTimelineResponse,
    ListTimelineRequest,
    ListTimelineResponse,
)
from eldercare.notify.v1.notify_service_pb2_grpc import NotifyServiceServicer, add_NotifyServiceServicer_to_server
from eldercare.operation.v1.operation_service_pb2 import GetHealthRequest, GetHealthResponse, ServiceHealth
from eldercare.operation.v1.operation_service_pb2_grpc import (
    OperationServiceServicer,
    add_OperationServiceServicer_to_server,
)
from eldercare.order.v1.incident_pb2 import Incident
from eldercare.order.v1.incident_service_pb2 import ListIncidentsRequest, ListIncidentsResponse
from eldercare.order.v1.incident_service_pb2_grpc import (
    IncidentServiceServicer,
    add_IncidentServiceServicer_to_server,
)
from eldercare.order.v1.order_pb2 import ORDER_STATE_ASSIGNED, Order
from eldercare.order.v1.order_service_pb2 import AcceptOfferRequest, ListOrdersRequest, ListOrdersResponse
from eldercare.order.v1.order_service_pb2_grpc import OrderServiceServicer, add_OrderServiceServicer_to_server
from eldercare.people.v1.person_service_pb2_grpc import add_SessionServiceServicer_to_server
from services.gateway.tests.running.archive_desk import Archives, Package
from services.gateway.tests.running.sessions_desk import Sessions

REGION = "regions/made-up/lake"


@dataclass(slots=True, kw_only=True)
class Heard:
    """One call as it arrived."""

    request: Any
    metadata: dict[str, str]
    deadline_s: float


@dataclass(slots=True, kw_only=True)
class Neighbours:
    """`family` may see the incidents; services may, too; strangers are told that there is nothing. `refused`: the kind
    of requests that `refusal` is for."""

    identity: Identity
    people: Identity
    family: set[str] = field(default_factory=set)
    entries: list[TimelineEntry] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    health: list[ServiceHealth] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    refusal: tuple[str, str, str] | None = None
    refused: type = object
    has_password: bool = True
    hold: threading.Event | None = None
    package: Package = field(default_factory=Package)

    def write(self, incident: str, count: int = 1) -> list[int]:
        """New lines of the story; returns their ids."""
        first = len(self.entries) + 1
        made = [
            TimelineEntry(id=number, incident=incident, region=REGION, type="made.up.Fact", correlation=incident[10:])
            for number in range(first, first + count)
        ]
        self.entries += made
        return [entry.id for entry in made]

    def receive(self, request: Any, context: grpc.ServicerContext) -> str:
        """Notes the call; returns its subject. Aborts when told to refuse or when there is no whole token."""
        token = self.note(request, context).get("authorization", "").removeprefix("Bearer ")
        return self.identity.verify(token).subject

    def note(self, request: Any, context: grpc.ServicerContext) -> dict[str, str]:
        """A call that anybody may make; returns its metadata."""
        metadata = {key: str(value) for key, value in context.invocation_metadata()}
        self.heard.append(Heard(request=request, metadata=metadata, deadline_s=context.time_remaining()))
        if self.hold:
            self.hold.wait(20)
        if self.refusal and isinstance(request, self.refused):
            context.abort_with_status(rpc_status.to_status(named(*self.refusal, {})))
        return metadata

    def require_known(self, subject: str, context: grpc.ServicerContext) -> None:
        if subject not in self.family and not subject.startswith("services/"):
            context.abort_with_status(rpc_status.to_status(named("NOT_FOUND", "NOT_FOUND", "No such thing.", {})))


class _Notify(NotifyServiceServicer):
    def __init__(self, house: Neighbours) -> None:
        self.house = house

    def ListTimeline(self, request: ListTimelineRequest, context: Any) -> ListTimelineResponse:  # noqa: N802 - the contract's name
        self.house.require_known(self.house.receive(request, context), context)
        return ListTimelineResponse(entries=self._after(request, lambda entry: entry.incident == request.incident))

    def ListRegionTimeline(self, request: ListRegionTimelineRequest, context: Any) -> ListRegionTimelineResponse:  # noqa: N802 - the contract's name
        self.house.require_known(self.house.receive(request, context), context)
        return ListRegionTimelineResponse(entries=self._after(request, lambda entry: entry.region == request.region))

    def Answer(self, request: AnswerRequest, context: Any) -> AnswerResponse:  # noqa: N802 - the contract's name
        self.house.receive(request, context)
        return AnswerResponse(stood_down=True)

    def _after(self, request: Any, wanted: Callable[[TimelineEntry], bool]) -> list[TimelineEntry]:
        found = [entry for entry in self.house.entries if entry.id > request.after_id and wanted(entry)]
        spoken = []
        for entry in found[: request.page_size or 50]:
            spoken.append(said := TimelineEntry())
            said.CopyFrom(entry)
            said.text = f"{request.language} line {entry.id}"
        return spoken


class _Orders(OrderServiceServicer):
    def __init__(self, house: Neighbours) -> None:
        self.house = house

    def AcceptOffer(self, request: AcceptOfferRequest, context: Any) -> Order:  # noqa: N802 - the contract's name
        worker = self.house.receive(request, context)
        return Order(name=request.name, state=ORDER_STATE_ASSIGNED, worker=worker)

    def ListOrders(self, request: ListOrdersRequest, context: Any) -> ListOrdersResponse:  # noqa: N802 - the contract's name
        self.house.receive(request, context)
        return ListOrdersResponse()


class _Incidents(IncidentServiceServicer):
    def __init__(self, house: Neighbours) -> None:
        self.house = house

    def ListIncidents(self, request: ListIncidentsRequest, context: Any) -> ListIncidentsResponse:  # noqa: N802 - the contract's name
        self.house.receive(request, context)
        return ListIncidentsResponse(incidents=self.house.incidents)


class _Operation(OperationServiceServicer):
    def __init__(self, house: Neighbours) -> None:
        self.house = house

    def GetHealth(self, request: GetHealthRequest, context: Any) -> GetHealthResponse:  # noqa: N802 - the contract's name
        self.house.receive(request, context)
        return GetHealthResponse(services=self.house.health)


class _Devices(DeviceServiceServicer):
    def __init__(self, house: Neighbours) -> None:
        self.house = house

    def RaiseAlarm(self, request: RaiseAlarmRequest, context: Any) -> Alarm:  # noqa: N802 - the contract's name
        self.house.receive(request, context)
        return Alarm(name="alarms/1", person=request.person)


class RunningNeighbours:
    """All of them behind one port, as in a small box."""

    def __init__(self, house: Neighbours) -> None:
        self._server = grpc.server(futures.ThreadPoolExecutor(32))
        add_NotifyServiceServicer_to_server(_Notify(house), self._server)  # type: ignore[abstract]
        add_OrderServiceServicer_to_server(_Orders(house), self._server)  # type: ignore[abstract]
        add_IncidentServiceServicer_to_server(_Incidents(house), self._server)  # type: ignore[abstract]
        add_OperationServiceServicer_to_server(_Operation(house), self._server)
        add_DeviceServiceServicer_to_server(_Devices(house), self._server)  # type: ignore[abstract]
        add_ExportJobServiceServicer_to_server(Archives(house), self._server)  # type: ignore[abstract]
        add_SessionServiceServicer_to_server(Sessions(house), self._server)  # type: ignore[abstract]
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def stop(self) -> None:
        self._server.stop(0).wait()
