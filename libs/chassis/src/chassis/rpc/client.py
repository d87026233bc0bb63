"""Calling another service: signed, with a deadline, refusals come back by name."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

import grpc
import structlog
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from chassis.identity import Identity
from chassis.trace import current_traceparent

S = TypeVar("S")
Metadata = tuple[tuple[str, str], ...]
# A server that ends answers CANCELLED to what it had not begun (grpc/grpc#41785). Such a call is made once more: had it
# been begun after all, its request_id would make the two of them one.
_REPEAT = {
    "maxAttempts": 2,
    "initialBackoff": "0.05s",
    "maxBackoff": "0.5s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["CANCELLED"],
}
CHANNEL = [
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.service_config", json.dumps({"methodConfig": [{"name": [{}], "retryPolicy": _REPEAT}]})),
]


class Refused(Exception):
    """The other service understood and refused, or could not be reached (`reason` UNREACHABLE)."""

    def __init__(self, reason: str, sentence: str, code: grpc.StatusCode) -> None:
        super().__init__(f"{reason}: {sentence}")
        self.reason, self.sentence, self.code = reason, sentence, code


def purpose(text: str) -> Metadata:
    """Why something sensitive is read."""
    return (("purpose", text),)


def refused(error: grpc.RpcError) -> Refused:
    """The named refusal inside a gRPC error."""
    code = error.code()
    status = rpc_status.from_call(cast("Any", error))
    info = error_details_pb2.ErrorInfo()
    for detail in status.details if status else ():
        if detail.Is(info.DESCRIPTOR):
            detail.Unpack(info)
    reason = info.reason or ("UNREACHABLE" if code == grpc.StatusCode.UNAVAILABLE else code.name)
    return Refused(reason, error.details() or "", code)


class _Signed(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: grpc.ClientCallDetails, request: Any
    ) -> Any:
        call = continuation(self._details(client_call_details), request)
        error = call.exception()
        if isinstance(error, grpc.RpcError):
            raise refused(error) from error
        return call

    def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: grpc.ClientCallDetails, request: Any
    ) -> Any:
        """The caller iterates; who leaves early lets go of the call."""
        return _told(continuation(self._details(client_call_details), request))

    def _details(self, told: grpc.ClientCallDetails) -> "_Details":
        if told.timeout is None:
            raise ValueError(f"{told.method} was called without a deadline")
        metadata = {key: str(value) for key, value in told.metadata or ()}
        metadata.setdefault("authorization", f"Bearer {self._identity.own_token()}")
        correlation = structlog.contextvars.get_contextvars().get("correlation", "")
        metadata.setdefault("correlation", str(correlation))
        metadata["traceparent"] = current_traceparent()
        return _Details(told, metadata)


def _told(call: Any) -> Iterator[Any]:
    try:
        yield from call
    except grpc.RpcError as error:
        raise refused(error) from error
    finally:
        call.cancel()


class _Details(grpc.ClientCallDetails):
    def __init__(self, details: grpc.ClientCallDetails, metadata: Mapping[str, str]) -> None:
        self.method, self.timeout = details.method, details.timeout
        self.metadata = tuple(metadata.items())
        self.credentials, self.wait_for_ready, self.compression = details.credentials, None, details.compression


class Clients:
    """Stubs of other services by name, over one channel each."""

    def __init__(self, identity: Identity, targets: Mapping[str, str]) -> None:
        self._identity, self._targets = identity, targets
        self._channels: dict[str, grpc.Channel] = {}

    def stub(self, service: str, stub: Callable[[grpc.Channel], S]) -> S:
        """`clients.stub("people", PersonServiceStub).GetHome(request, timeout=2)`; calls raise Refused."""
        if service not in self._channels:
            plain = grpc.insecure_channel(self._targets[service], options=CHANNEL)
            self._channels[service] = grpc.intercept_channel(plain, _Signed(self._identity))
        return stub(self._channels[service])

    def close(self) -> None:
        for channel in self._channels.values():
            channel.close()
