"""The gRPC server: every call has a signed caller, a deadline, valid fields, a rule, and errors with names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import grpc
import psycopg
import structlog
from google.protobuf import any_pb2, descriptor_pool
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status
from protovalidate import ValidationError, Validator
from psycopg_pool import PoolTimeout

from chassis.clock import monotonic
from chassis.context import Caller
from chassis.identity import CallerUnknown, Identity
from chassis.metrics import CALL_SECONDS, CALLS
from chassis.refusal import STATUSES, Refusal, Refusals, reason_of
from chassis.rpc.calls import Call, running
from chassis.rpc.client import Refused
from chassis.trace import span
from eldercare.access.v1.access_pb2 import Access, access

log = structlog.get_logger(__name__)

LARGEST_MESSAGE = 1 << 20
LONGEST_DEADLINE_S = 30.0
THREADS = 16
DOMAIN = "eldercare"
_PUBLIC = Caller(subject="")


class DeadlineMissing(Refusal):
    status = "INVALID_ARGUMENT"
    sentence = "Every call needs a deadline of at most 30 seconds."


class Guard(grpc.ServerInterceptor):
    """Wraps every method of ours; health and reflection pass untouched."""

    def __init__(self, identity: Identity, rules: Mapping[str, Access], refusals: Refusals) -> None:
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
            status = self._status(method, failure)
            code = code_pb2.Code.Name(status.code)
            context.abort_with_status(rpc_status.to_status(status))
        finally:
            CALLS.labels(method, code).inc()
            CALL_SECONDS.labels(method).observe(monotonic() - began)

    def _call(self, method: str, rule: Access, context: grpc.ServicerContext) -> Call:
        metadata = {key: str(value) for key, value in context.invocation_metadata()}
        if context.time_remaining() > LONGEST_DEADLINE_S + 5:
            raise DeadlineMissing
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

    def _status(self, method: str, failure: Exception) -> status_pb2.Status:
        if isinstance(failure, Refused):
            return _passed_on(failure)
        if isinstance(failure, ValidationError):
            return _invalid(failure)
        if isinstance(failure, Refusal):
            return named(failure.status, failure.reason, failure.sentence, failure.metadata)
        known = self._refusals.get(type(failure))
        if known is not None:
            return named(known[0], reason_of(type(failure)), known[1], _named_parts(failure))
        if isinstance(failure, (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)):
            log.warning("database.lost", method=method, reason=type(failure).__name__)
            return named("UNAVAILABLE", "DATABASE_UNAVAILABLE", "The store cannot be reached. Try again shortly.", {})
        log.error("rpc.failed", method=method, exc_info=failure)
        return named("INTERNAL", "INTERNAL", "Something went wrong on our side. It is logged.", {})


def _passed_on(refused: Refused) -> status_pb2.Status:
    """What another service answered, when it concerns the caller; our own trouble with it does not."""
    if refused.code.name in STATUSES - {"UNAUTHENTICATED", "PERMISSION_DENIED", "INVALID_ARGUMENT"}:
        return named(refused.code.name, refused.reason, refused.sentence, {})
    log.error("peer.refused", reason=refused.reason, code=refused.code.name)
    return named("INTERNAL", "INTERNAL", "Something went wrong on our side. It is logged.", {})


def _named_parts(failure: Exception) -> dict[str, str]:
    return {"detail": str(failure.args[0])} if failure.args else {}


def named(code: str, reason: str, sentence: str, metadata: Mapping[str, str]) -> status_pb2.Status:
    """google.rpc.Status with ErrorInfo (AIP-193)."""
    detail = any_pb2.Any()
    detail.Pack(error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=dict(metadata)))
    return status_pb2.Status(code=code_pb2.Code.Value(code), message=sentence, details=[detail])


def _invalid(failure: ValidationError) -> status_pb2.Status:
    status = named("INVALID_ARGUMENT", "INVALID_ARGUMENT", "Some fields are missing or wrong.", {})
    bad = error_details_pb2.BadRequest()
    for violation in failure.to_proto().violations:
        path = ".".join(element.field_name for element in (violation.field.elements if violation.field else ()))
        bad.field_violations.add(field=path, description=violation.message or violation.rule_id)
    detail = any_pb2.Any()
    detail.Pack(bad)
    status.details.append(detail)
    return status


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

    def __init__(self, address: str, guards: list[grpc.ServerInterceptor]) -> None:
        self._health = health.HealthServicer()
        self._pool = futures.ThreadPoolExecutor(THREADS, thread_name_prefix="rpc")
        options = [("grpc.max_receive_message_length", LARGEST_MESSAGE), ("grpc.so_reuseport", 0)]
        self.grpc = grpc.server(self._pool, interceptors=guards, options=options, maximum_concurrent_rpcs=THREADS * 8)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self.grpc)
        self.port = self.grpc.add_insecure_port(address)

    def start(self, services: Sequence[str]) -> None:
        names = [*services, health.SERVICE_NAME, reflection.SERVICE_NAME]
        reflection.enable_server_reflection(names, self.grpc)
        self.grpc.start()
        for name in ["", *services]:
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    def stop(self, grace_s: float) -> None:
        """Refuses new calls, lets running ones end."""
        self._health.enter_graceful_shutdown()
        self.grpc.stop(grace_s).wait()
