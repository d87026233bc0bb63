"""Traces through rpc, journal and AMQP: W3C traceparent in, spans, traceparent out."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_propagator = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("eldercare")


def current_traceparent() -> str:
    """The traceparent of the running span, or an empty string."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent", "")


@contextmanager
def span(name: str, traceparent: str = "", **attributes: str) -> Iterator[None]:
    """A span that continues the given trace, or starts one."""
    parent = _propagator.extract({"traceparent": traceparent}) if traceparent else None
    with _tracer.start_as_current_span(name, context=parent, attributes=attributes):
        yield


def configure(service: str, endpoint: str) -> None:
    """Sends spans to an OTLP/HTTP collector; without an endpoint only the ids travel."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - half a second that only hosts pay
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - the same

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    if endpoint:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - the same
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - the same

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
