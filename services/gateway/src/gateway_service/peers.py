"""The services behind the gateway: one asyncio channel each, a deadline on every call, refusals by name."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from grpc import aio
from grpc_status import rpc_status
from prometheus_client import Counter

from chassis.clock import monotonic
from chassis.rpc.client import CHANNEL, refused
from chassis.trace import current_traceparent
from eldercare.device.v1.device_service_pb2_grpc import DeviceServiceStub
from eldercare.device.v1.export_job_service_pb2_grpc import ExportJobServiceStub
from eldercare.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from eldercare.operation.v1.operation_service_pb2_grpc import OperationServiceStub
from eldercare.order.v1.incident_service_pb2_grpc import IncidentServiceStub
from eldercare.order.v1.order_service_pb2_grpc import CatalogueServiceStub, DutyServiceStub, OrderServiceStub
from eldercare.payment.v1.payment_service_pb2_grpc import PaymentServiceStub
from eldercare.people.v1.person_service_pb2_grpc import PersonServiceStub, SessionServiceStub
from gateway_service.problem.problem import FieldError, Problem, status_of

Answer = TypeVar("Answer", bound=Message)
SERVICES = ("people", "device", "order", "notify", "payment")
_CALLS = Counter("eldercare_gateway_rpc_total", "Calls to services by outcome", ["reason"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What travels with every rpc of one request. `until` is monotonic: the budget of all of them together."""

    until: float
    token: str = ""
    correlation: str = ""
    purpose: str = ""

    def metadata(self) -> tuple[tuple[str, str], ...]:
        known = {
            "authorization": f"Bearer {self.token}" if self.token else "",
            "correlation": self.correlation,
            "purpose": self.purpose,
            "traceparent": current_traceparent(),
        }
        return tuple((key, text) for key, text in known.items() if text)


class Peers:
    """Made inside the running loop."""

    def __init__(self, targets: Mapping[str, str]) -> None:
        self._channels = {name: aio.insecure_channel(targets[name], options=CHANNEL) for name in SERVICES}
        self.people = PersonServiceStub(self._channels["people"])
        self.sessions = SessionServiceStub(self._channels["people"])
        self.devices = DeviceServiceStub(self._channels["device"])
        self.orders = OrderServiceStub(self._channels["order"])
        self.catalogue = CatalogueServiceStub(self._channels["order"])
        self.duties = DutyServiceStub(self._channels["order"])
        self.incidents = IncidentServiceStub(self._channels["order"])
        self.notify = NotifyServiceStub(self._channels["notify"])
        self.payment = PaymentServiceStub(self._channels["payment"])
        self.exports = ExportJobServiceStub(self._channels["device"])
        # One process may host several services, and answers for all of them at once.
        one_each = {target: self._channels[name] for name, target in targets.items() if name in SERVICES}
        self.operations = [OperationServiceStub(channel) for channel in one_each.values()]

    async def call(self, method: aio.UnaryUnaryMultiCallable[Any, Answer], request: Message, errand: Errand) -> Answer:
        """Raises Problem, named after the service's refusal."""
        left = errand.until - monotonic()
        if left <= 0:
            raise Problem("DEADLINE_EXCEEDED", 504)
        try:
            answer = await method(request, timeout=left, metadata=errand.metadata())
        except aio.AioRpcError as error:
            problem = _problem(error)
            _CALLS.labels(problem.reason).inc()
            raise problem from error
        _CALLS.labels("OK").inc()
        return answer

    async def stream(self, method: Any, request: Message, errand: Errand, *, within_s: float) -> AsyncGenerator[Any]:
        """Answer by answer, as fast as they are taken; who leaves lets go of the call. Raises Problem."""
        call = method(request, timeout=within_s, metadata=errand.metadata())
        try:
            async for answer in call:
                yield answer
        except aio.AioRpcError as error:
            raise _problem(error) from error
        finally:
            call.cancel()

    def unreachable(self) -> list[str]:
        """Services whose channel has no connection now; asking also makes idle ones connect."""
        states = {name: channel.get_state(try_to_connect=True) for name, channel in self._channels.items()}
        return [name for name, state in states.items() if state is grpc.ChannelConnectivity.TRANSIENT_FAILURE]

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()


def _problem(error: aio.AioRpcError) -> Problem:
    named, (fields, retry_after) = refused(error), _details(error)
    reason = "DEADLINE_EXCEEDED" if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED else named.reason
    return Problem(reason, status_of(named.code), named.sentence, errors=fields, retry_after=retry_after)


def _details(error: aio.AioRpcError) -> tuple[list[FieldError], str]:
    status: Any = rpc_status.from_call(error)  # type: ignore[arg-type]
    bad, info = error_details_pb2.BadRequest(), error_details_pb2.ErrorInfo()
    for detail in status.details if status else ():
        for message in (bad, info):
            if detail.Is(message.DESCRIPTOR):
                detail.Unpack(message)
    fields = [FieldError(field=each.field, detail=each.description) for each in bad.field_violations]
    return fields, str(info.metadata.get("retry_after_s", ""))
