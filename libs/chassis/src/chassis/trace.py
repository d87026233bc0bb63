"""Traces through rpc, journal and AMQP: W3C traceparent in, spans, traceparent out."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_propagator = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("eldercare")
_here: ContextVar[str] = ContextVar("traceparent", default="")
_is_collected = False


def current_traceparent() -> str:
    """The traceparent of the running span, or an empty string."""
    if not _is_collected:
        return _here.get()
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent", "")


@contextmanager
def span(name: str, traceparent: str = "", **attributes: str) -> Iterator[None]:
    """A span that continues the given trace, or starts one. Where nobody collects spans only the ids travel."""
    if not _is_collected:
        token = _here.set(traceparent or _fresh())
        try:
            yield
        finally:
            _here.reset(token)
        return
    parent = _propagator.extract({"traceparent": traceparent}) if traceparent else None
    with _tracer.start_as_current_span(name, context=parent, attributes=attributes):
        yield


def _fresh() -> str:
    """Version, trace id, span id, sampled (W3C Trace Context)."""
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"


def configure(service: str, endpoint: str) -> None:
    """Sends spans to an OTLP/HTTP collector, if there is one."""
    global _is_collected  # noqa: PLW0603 - one collector a process
    if not endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - half a second
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - that only those pay
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - who have a collector
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - the same

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    _is_collected = True
