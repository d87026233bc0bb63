"""ExportJobService over rpc."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chassis.export.archive import archive_size, read_archive
from chassis.export.serving import END_BEFORE_S, STREAMS, TooManyExports
from chassis.refusal import NotFound
from chassis.rpc import Rpc, command, query
from chassis.work import Work
from device_service.contract import stamp
from device_service.entrypoints.paging import key_of, size_of, token_of
from device_service.export.executors import folder_of
from device_service.export.store import Export, find_export
from device_service.export.use_cases import (
    ExportNotDone,
    ExportsSwitchedOff,
    cancel_export,
    exports_of,
    start_export,
)
from eldercare.device.v1 import export_job_service_pb2 as proto
from eldercare.device.v1.export_job_service_pb2_grpc import ExportJobServiceServicer


class ExportJobs(ExportJobServiceServicer):
    """`folder` is empty where no exports are made."""

    def __init__(self, rpc: Rpc, folder: str) -> None:
        self.rpc, self._folder = rpc, folder
        self._free = threading.BoundedSemaphore(STREAMS)

    @command
    def StartExport(self, work: Work, request: proto.StartExportRequest) -> proto.ExportJob:
        if not self._folder:
            raise ExportsSwitchedOff
        return self._told(start_export(work, request.subject, request.vendor))

    @query
    def GetExport(self, work: Work, request: proto.GetExportRequest) -> proto.ExportJob:
        return self._told(_found(work, request.name))

    @query
    def ListExports(self, work: Work, request: proto.ListExportsRequest) -> proto.ListExportsResponse:
        size, key = size_of(request.page_size), key_of(request.page_token, 1)
        found = exports_of(work, request.subject, after=key[0] if key else "", limit=size)
        return proto.ListExportsResponse(
            exports=[self._told(each) for each in found],
            next_page_token=token_of(found[-1].name) if len(found) == size else "",
        )

    @command
    def CancelExport(self, work: Work, request: proto.CancelExportRequest) -> proto.ExportJob:
        return self._told(cancel_export(work, request.name))

    def DownloadExport(
        self, request: proto.DownloadExportRequest, context: Any
    ) -> Iterator[proto.DownloadExportResponse]:
        job = self._admitted(request, context)
        if job.state != proto.EXPORT_STATE_DONE or not job.archive_bytes:
            raise ExportNotDone
        if not self._free.acquire(blocking=False):
            raise TooManyExports
        try:
            had = request.offset
            for data in read_archive(folder_of(Path(self._folder), request.name), request.offset):
                had += len(data)
                yield proto.DownloadExportResponse(data=data, is_last=had == job.archive_bytes)
                if context.time_remaining() < END_BEFORE_S:
                    return
        finally:
            self._free.release()

    @query
    def _admitted(self, work: Work, request: proto.DownloadExportRequest) -> proto.ExportJob:
        """Checked and kept as a read before the first byte."""
        return self._told(_found(work, request.name))

    def _told(self, export: Export) -> proto.ExportJob:
        folder = folder_of(Path(self._folder), export.name)
        return proto.ExportJob(
            name=export.name,
            subject=export.subject,
            vendor=export.vendor,
            state=proto.ExportState.Value(f"EXPORT_STATE_{export.state.upper()}"),
            create_time=stamp(export.create_time),
            end_time=stamp(export.end_time) if export.end_time else None,
            line_count=export.line_count,
            done_types=export.done_types,
            reason=export.reason,
            archive_bytes=archive_size(folder) if export.state == "done" and folder.is_dir() else 0,
        )


def _found(work: Work, name: str) -> Export:
    export = find_export(work, name)
    if export is None:
        raise NotFound(name)
    return export
