"""The rpc of exports, for every service this process hosts. A page is a transaction of its own: nobody who stops
reading holds one."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from chassis.access import check
from chassis.context import Context
from chassis.export.paging import Page, Place, read_page
from chassis.export.part import Part, Wanted
from chassis.export.shape import line_of, schema_of
from chassis.refusal import NotFound, Refusal
from chassis.rpc.calls import Rpc, running
from chassis.seal import Seals
from eldercare.export.v1 import export_service_pb2 as messages
from eldercare.export.v1.export_service_pb2_grpc import ExportServiceServicer

EXPORT_SERVICE = "eldercare.export.v1.ExportService"
STREAMS = 4
END_BEFORE_S = 8.0  # of the deadline: the reader gets a whole answer and calls again
ANSWER_BYTES = 256 * 1024


class TooManyExports(Refusal):
    status = "RESOURCE_EXHAUSTED"
    sentence = "Other exports are being read. Try again in a moment."


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What one service gives."""

    rpc: Rpc
    seals: Seals
    parts: Sequence[Part]

    def part(self, noun: str) -> Part:
        for part in self.parts:
            if part.noun == noun:
                return part
        raise NotFound(noun)


class Exports(ExportServiceServicer):
    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._free = threading.BoundedSemaphore(STREAMS)

    def ListParts(self, request: messages.ListPartsRequest, _: Any) -> messages.ListPartsResponse:
        source = self._source(request.service)
        call = running.get()
        with source.rpc.database.transaction(Context(), caller=call.caller, read_only=True) as work:
            check(work, call.access, request, call.caller, source.rpc.relate)
        return messages.ListPartsResponse(parts=[told(part) for part in source.parts])

    def StreamExport(
        self, request: messages.StreamExportRequest, context: Any
    ) -> Iterator[messages.StreamExportResponse]:
        source = self._source(request.service)
        part = source.part(request.part)
        _admit(source, request)
        if not self._free.acquire(blocking=False):
            raise TooManyExports
        try:
            wanted = Wanted(selection=dict(request.selection), until=request.until.ToDatetime(tzinfo=UTC))
            yield from stream_some(source, part, wanted, request.after, lambda: context.time_remaining() > END_BEFORE_S)
        finally:
            self._free.release()

    def _source(self, service: str) -> Source:
        if service not in self._sources:
            raise NotFound(service)
        return self._sources[service]


def _admit(source: Source, request: messages.StreamExportRequest) -> None:
    """Who reads what, and why, is kept."""
    call = running.get()
    what = " ".join([request.part, *(f"{name}={value}" for name, value in sorted(request.selection.items()))])
    origin = Context(correlation=call.correlation, actor=call.caller.subject, traceparent=call.traceparent)
    with source.rpc.database.transaction(origin, caller=call.caller) as work:
        check(work, call.access, request, call.caller, source.rpc.relate)
        work.run(
            "INSERT INTO reads (caller, method, object, purpose, correlation) VALUES (%s, %s, %s, %s, %s)",
            [call.caller.subject, call.method, what, call.caller.purpose, call.correlation],
        )


def stream_some(
    source: Source, part: Part, wanted: Wanted, after: Place, is_more_wanted: Callable[[], bool]
) -> Iterator[messages.StreamExportResponse]:
    """Page after page, for as long as more is wanted."""
    place: Place | None = list(after)
    while place is not None:
        page = _opened_page(source, part, wanted, place)
        yield from _answers(part, page)
        place = page.next if is_more_wanted() else None


def _opened_page(source: Source, part: Part, wanted: Wanted, after: Place) -> Page:
    with source.rpc.database.transaction(Context(), read_only=True) as work:
        page = read_page(work, part, wanted, after)
        if not part.opened:
            return page
        rows = part.opened(work, source.seals, [row for _, row in page.rows])
    return Page(rows=[(place, row) for (place, _), row in zip(page.rows, rows, strict=True)], next=page.next)


def _answers(part: Part, page: Page) -> Iterator[messages.StreamExportResponse]:
    """A page in answers of a bounded size."""
    answer, size = messages.StreamExportResponse(), 0
    for place, row in page.rows:
        line = line_of(part.shape, row)
        if size and size + len(line) > ANSWER_BYTES:
            yield answer
            answer, size = messages.StreamExportResponse(), 0
        answer.lines.append(line)
        answer.next[:] = place
        size += len(line)
    answer.next[:] = page.next or []
    answer.is_last = page.next is None
    yield answer


def told(part: Part) -> messages.Part:
    return messages.Part(
        noun=part.noun,
        schema=schema_of(part.noun, part.shape),
        sorted_by=part.sorted_by,
        time=part.time,
        selectors=sorted(part.selectors),
        counted_in=part.counted_in,
        counter=part.counter,
    )
