"""device beside the gateway, as far as an archive is fetched from it: seats, and streams that end early."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import grpc
from grpc_status import rpc_status

from chassis.rpc.status import named
from eldercare.device.v1 import export_job_service_pb2 as proto
from eldercare.device.v1.export_job_service_pb2_grpc import ExportJobServiceServicer

CHUNK = 1_000


@dataclass(slots=True, kw_only=True)
class Package:
    """`endings`: how the next streams end, each after so many bytes: with a name, or with none for no reason."""

    data: bytes = b""
    endings: list[tuple[int, str, str]] = field(default_factory=list)
    seats: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(4))
    go_on: threading.Event = field(default_factory=threading.Event)
    offsets: list[int] = field(default_factory=list)
    turned_away: int = 0

    def __post_init__(self) -> None:
        self.go_on.set()


class House(Protocol):
    package: Package

    def receive(self, request: Any, context: Any) -> str: ...


class Archives(ExportJobServiceServicer):
    def __init__(self, house: House) -> None:
        self.house = house

    def GetExport(self, request: Any, context: Any) -> proto.ExportJob:  # noqa: N802 - the contract's name
        self.house.receive(request, context)
        size = len(self.house.package.data)
        return proto.ExportJob(name=request.name, state=proto.EXPORT_STATE_DONE, archive_bytes=size)

    def DownloadExport(self, request: Any, context: Any) -> Iterator[proto.DownloadExportResponse]:  # noqa: N802 - the contract's name
        self.house.receive(request, context)
        package = self.house.package
        if not package.seats.acquire(blocking=False):
            package.turned_away += 1
            _refuse(context, "RESOURCE_EXHAUSTED", "TOO_MANY_EXPORTS")
        try:
            package.offsets.append(request.offset)
            ending = package.endings.pop(0) if package.endings else None
            until = len(package.data) if ending is None else request.offset + ending[0]
            for begin in range(request.offset, until, CHUNK):
                end = min(begin + CHUNK, until)
                yield proto.DownloadExportResponse(data=package.data[begin:end], is_last=end == len(package.data))
                package.go_on.wait(20)
            if ending is not None and ending[1]:
                _refuse(context, *ending[1:])
        finally:
            package.seats.release()


def _refuse(context: grpc.ServicerContext, code: str, reason: str) -> None:
    context.abort_with_status(rpc_status.to_status(named(code, reason, "Made up.", {})))
