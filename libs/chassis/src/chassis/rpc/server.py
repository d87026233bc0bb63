"""The gRPC server: every call has a signed caller, a deadline, valid fields, a rule, and errors with names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import grpc
import structlog
from google.protobuf import descriptor_pool
from google.protobuf.message import Message
from google.rpc import code_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status
from protovalidate import Validator

from chassis.clock import monotonic
from chassis.context import Caller
from chassis.identity import CallerUnknown, Identity
from chassis.metrics import CALL_SECONDS, CALLS
from chassis.refusal import Refusal, Refusals
from chassis.rpc.calls import Call, running
from chassis.rpc.status import status_of
from chassis.rpc.streams import Streams
from chassis.rpc.tls import Certificates
from chassis.trace import span
from eldercare.access.v1.access_pb2 import Access, access

log = structlog.get_logger(__name__)

LARGEST_MESSAGE = 1 << 20
LONGEST_DEADLINE_S = 30.0
THREADS = 16
_PUBLIC = Caller(subject="")
# A line that is dead is noticed by whoever waits on it, on both ends; pings every 10 s are no offence.
_KEEPALIVE = [
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
]


class DeadlineMissing(Refusal):
    status = "INVALID_ARGUMENT"
    sentence = "Every call needs a deadline of at most 30 seconds."


class Guard(grpc.ServerInterceptor):
    """Wraps every method of ours; health and reflection pass untouched."""

    def __init__(
        self, identity: Identity, rules: Mapping[str, Access], refusals: Refusals, streams: Streams | None = None
    ) -> None:
        self.streams = streams or Streams()
        self._identity, self._rules, self._refusals = identity, rules, refusals
        self._validator = Validator()

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        handler, rule = continuation(handler_call_details), self._rules.get(handler_call_details.method)
        if handler is None or rule is None:
            return handler
        method, codec = handler_call_details.method, (handler.request_deserializer, handler.response_serializer)
        if handler.unary_unary is not None:
            return grpc.unary_unary_rpc_method_handler(self._guarded(method, rule, handler.unary_unary), *codec)
        if handler.unary_stream is not None and _is_watch(method):
            return grpc.unary_stream_rpc_method_handler(self._watched(method, rule, handler.unary_stream), *codec)
        if handler.unary_stream is not None:
            return grpc.unary_stream_rpc_method_handler(self._streamed(method, rule, handler.unary_stream), *codec)
        raise TypeError(f"{method} streams requests: nobody here checks each of them")

    def _guarded(self, method: str, rule: Access, answer: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def guarded(request: Message, context: grpc.ServicerContext) -> Any:
            with self._serving(method, rule, request, context):
                return answer(request, context)

        return guarded

    def _streamed(self, method: str, rule: Access, answers: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def streamed(request: Message, context: grpc.ServicerContext) -> Iterator[Any]:
            with self._serving(method, rule, request, context):
                yield from answers(request, context)

        return streamed

    def _watched(self, method: str, rule: Access, answers: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """On threads of its own and without a deadline: it ends with its caller's token."""

        def watched(request: Message, context: Any) -> Iterator[Any]:
            with self._serving(method, rule, request, context):
                caller = running.get().caller
                with self.streams.admitted(caller.subject, context.cancel) as stream:
                    told = answers(request, context)
                    yield from self.streams.carry(stream, told, until=caller.until, alive=context.is_active)

        on_own_threads: Any = watched
        on_own_threads.experimental_thread_pool = self.streams.pool
        return watched

    @contextmanager
    def _serving(self, method: str, rule: Access, request: Message, context: grpc.ServicerContext) -> Iterator[None]:
        began, code = monotonic(), "OK"
        try:
            call = self._call(method, rule, context)
            token = running.set(call)
            structlog.contextvars.clear_contextvars()
            structlog.contextvars.bind_contextvars(correlation=call.correlation, actor=call.caller.subject)
            try:
                with span(method, call.traceparent):
                    self._validator.validate(request)
                    yield
            finally:
                running.reset(token)
        except GeneratorExit:  # whoever listened to a stream has left
            code = "CANCELLED"
            raise
        except Exception as failure:
            status = status_of(method, failure, self._refusals)
            code = code_pb2.Code.Name(status.code)
            context.abort_with_status(rpc_status.to_status(status))
        finally:
            CALLS.labels(method, code).inc()
            CALL_SECONDS.labels(method).observe(monotonic() - began)

    def _call(self, method: str, rule: Access, context: grpc.ServicerContext) -> Call:
        """What outer systems call, rpcs with a scope, may come without a deadline: buf curl sends none."""
        metadata = {key: str(value) for key, value in context.invocation_metadata()}
        if context.time_remaining() > LONGEST_DEADLINE_S + 5 and not (rule.scope or _is_watch(method)):
            raise DeadlineMissing
        if _comes_from_outside(context) and not rule.scope:
            raise CallerUnknown
        token = metadata.get("authorization", "").removeprefix("Bearer ")
        return Call(
            method=method,
            access=rule,
            caller=replace(self._caller(token, rule), purpose=metadata.get("purpose", "")[:100]),
            correlation=metadata.get("correlation", "")[:100],
            traceparent=metadata.get("traceparent", "")[:60],
        )

    def _caller(self, token: str, rule: Access) -> Caller:
        """Nobody needs a token for what is public: an old one is no reason to refuse signing in."""
        try:
            return self._identity.verify(token)
        except CallerUnknown:
            if "public" in rule.allow:
                return _PUBLIC
            raise


def _comes_from_outside(context: grpc.ServicerContext) -> bool:
    """Through the TLS port: it is there for outer systems, whose rpcs have a scope, and for nothing else."""
    return b"ssl" in context.auth_context().get("transport_security_type", ())


def _is_watch(method: str) -> bool:
    """By its name in the contract: a stream that stays open until its caller leaves."""
    return method.rpartition("/")[2].startswith("Watch")


def rules_of(services: Sequence[str]) -> dict[str, Access]:
    """`/package.Service/Method` → its access rule; raises ValueError for an rpc without one."""
    rules = {}
    for name in services:
        service: Any = descriptor_pool.Default().FindServiceByName(name)
        for method in service.methods:
            options = method.GetOptions()
            if not options.HasExtension(access):
                raise ValueError(f"{name}.{method.name} has no (eldercare.access.v1.access)")
            rules[f"/{name}/{method.name}"] = options.Extensions[access]
    return rules


class _Names:
    """Stands in for a server to learn which services a servicer is added as."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def add_generic_rpc_handlers(self, handlers: Sequence[Any]) -> None:
        """The names come with the registered handlers."""

    def add_registered_method_handlers(self, service_name: str, method_handlers: Mapping[str, Any]) -> None:
        self.seen.append(service_name)


def names_of(servicers: Sequence[tuple[Callable[[Any, Any], None], Any]]) -> list[str]:
    """Full names of the services these servicers are added as."""
    names = _Names()
    for add, servicer in servicers:
        add(servicer, names)
    return names.seen


class Server:
    """One gRPC server for all services of this process."""

    def __init__(self, address: str, guards: list[Guard]) -> None:
        self._streams = [guard.streams for guard in guards]
        self._health = health.HealthServicer()
        self._pool = futures.ThreadPoolExecutor(THREADS, thread_name_prefix="rpc")
        options = [("grpc.max_receive_message_length", LARGEST_MESSAGE), ("grpc.so_reuseport", 0), *_KEEPALIVE]
        most = THREADS * 8 + sum(streams.most for streams in self._streams)
        self.grpc = grpc.server(self._pool, interceptors=[*guards], options=options, maximum_concurrent_rpcs=most)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self.grpc)
        self.port = self.grpc.add_insecure_port(address)

    def add_outer(self, address: str, certificates: Certificates) -> int:
        """A second port for callers from outside, over TLS; returns the port."""
        return self.grpc.add_secure_port(address, certificates.credentials())

    def start(self, services: Sequence[str]) -> None:
        names = [*services, health.SERVICE_NAME, reflection.SERVICE_NAME]
        reflection.enable_server_reflection(names, self.grpc)
        self.grpc.start()
        for streams in self._streams:
            streams.start()
        for name in ["", *services]:
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    def stop(self, grace_s: float) -> None:
        """Refuses new calls, lets running ones end."""
        self._health.enter_graceful_shutdown()
        for streams in self._streams:
            streams.stop()
        self.grpc.stop(grace_s).wait()
