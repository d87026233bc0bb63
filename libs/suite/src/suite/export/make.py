"""Every service's parts, one after the other, into a signed package."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc

from chassis.export.package import Written, seal_package
from chassis.export.part import Wanted
from chassis.export.progress import Progress
from chassis.export.reading import Metadata, is_selected, parts_of, read_some
from chassis.export.writing import LARGEST_FILE, PartWriter
from chassis.identity import Identity
from eldercare.export.v1.export_service_pb2 import Part, StreamExportResponse
from eldercare.export.v1.export_service_pb2_grpc import ExportServiceStub

SERVICES = ("device", "order", "payment")
PURPOSE = "export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """`channel_of` a service: in a small box all are behind one port."""

    channel_of: Callable[[str], grpc.Channel]
    identity: Identity
    tell: Callable[[str], object] = lambda _: None
    largest: int = LARGEST_FILE

    def export(self, wanted: Wanted, out: Path, services: Iterable[str] = SERVICES) -> list[Written]:
        written, left_out = list[Written](), dict[str, list[str]]()
        for service in services:
            stub = ExportServiceStub(self.channel_of(service))
            parts = parts_of(stub, service, self._metadata())
            left_out[service] = [part.noun for part in parts if not is_selected(part, wanted)]
            for part in parts:
                if is_selected(part, wanted):
                    written.append(self._write(stub, service, part, wanted, out))
        seal_package(out, wanted, written, left_out, self.identity)
        return written

    def _write(self, stub: ExportServiceStub, service: str, part: Part, wanted: Wanted, out: Path) -> Written:
        writer = PartWriter(out, part, Progress(), largest=self.largest)
        writer.take(self._answers(stub, service, part, wanted, writer.progress))
        writer.close()
        self.tell(f"{part.noun:<16} {writer.progress.tally.count:>9,}")
        return Written(service=service, part=part, progress=writer.progress)

    def _answers(
        self, stub: ExportServiceStub, service: str, part: Part, wanted: Wanted, progress: Progress
    ) -> Iterator[StreamExportResponse]:
        """Stream after stream: the writer keeps where the next one begins."""
        while not progress.is_done:
            yield from read_some(stub, service, part.noun, wanted, progress.after, metadata=self._metadata())

    def _metadata(self) -> Metadata:
        """A token lives for minutes, an export may take longer."""
        return (("authorization", f"Bearer {self.identity.own_token()}"), ("purpose", PURPOSE))
