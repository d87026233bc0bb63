"""Asking a service for its parts, a stream at a time."""

from collections.abc import Iterator, Sequence
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.export.part import Wanted
from eldercare.export.v1.export_service_pb2 import ListPartsRequest, Part, StreamExportRequest, StreamExportResponse
from eldercare.export.v1.export_service_pb2_grpc import ExportServiceStub

CALL_S = 30.0
Metadata = tuple[tuple[str, str], ...]


def parts_of(stub: ExportServiceStub, service: str, metadata: Metadata = ()) -> Sequence[Part]:
    return list(stub.ListParts(ListPartsRequest(service=service), timeout=CALL_S, metadata=metadata).parts)


def is_selected(part: Part, wanted: Wanted) -> bool:
    """A part that does not know a selector has nothing to do with what was selected."""
    return wanted.selection.keys() <= set(part.selectors)


def read_some(
    stub: ExportServiceStub,
    service: str,
    part: str,
    wanted: Wanted,
    after: Sequence[str],
    *,
    metadata: Metadata = (),
) -> Iterator[StreamExportResponse]:
    """One stream. Unless its last answer says so there is more, after that answer's `next`."""
    until = Timestamp()
    until.FromDatetime(wanted.until)
    request = StreamExportRequest(service=service, part=part, selection=wanted.selection, until=until, after=after)
    answers: Any = stub.StreamExport(request, timeout=CALL_S, metadata=metadata)
    yield from answers
