"""Exports made in the background: begun, looked at, fetched as one archive."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from eldercare.device.v1 import export_job_service_pb2 as contract
from gateway_service.codes import moment, word
from gateway_service.house import Asked, SignedIn
from gateway_service.problem.problem import Problem
from gateway_service.v1.shapes import PROBLEMS, Input, Uuid
from gateway_service.wire.idempotency import RequestId

router = APIRouter(prefix="/v1", tags=["exports"], responses=PROBLEMS)
_PURPOSE, _STREAM_S = "export", 30.0
_SUBJECT = r"^(persons/[0-9a-f-]{36}|devices/[0-9a-f-]{36}|regions(/[a-z0-9-]{1,40}){1,4})$"


class StartExportInput(Input):
    subject: Annotated[str, Field(pattern=_SUBJECT, description="A person, a device, or a region and all below it")]
    vendor: Annotated[str, Field(max_length=60, description="Only devices of this vendor, of a region")] = ""


class ExportView(BaseModel):
    name: str
    subject: str
    vendor: str
    state: str
    create_time: datetime | None
    end_time: datetime | None
    line_count: int
    done_types: list[str]
    reason: str
    archive_bytes: int


def export_view(job: contract.ExportJob) -> ExportView:
    return ExportView(
        name=job.name,
        subject=job.subject,
        vendor=job.vendor,
        state=word(contract.ExportState, job.state),
        create_time=moment(job.create_time),
        end_time=moment(job.end_time),
        line_count=job.line_count,
        done_types=list(job.done_types),
        reason=job.reason,
        archive_bytes=job.archive_bytes,
    )


@router.post("/exports", status_code=202)
async def start_export(body: StartExportInput, request_id: RequestId, asked: Asked) -> ExportView:
    """Begins a neutral, signed package: an elder of what concerns itself, an operator of its regions."""
    request = contract.StartExportRequest(request_id=request_id, subject=body.subject, vendor=body.vendor)
    return export_view(await asked.ask(asked.peers.exports.StartExport, request, purpose=_PURPOSE))


@router.get("/exports/{uuid:uuid}")
async def get_export(uuid: Uuid, asked: Asked) -> ExportView:
    """How far it is."""
    return export_view(await _job(asked, uuid))


@router.post("/exports/{uuid:uuid}:cancel")
async def cancel_export(uuid: Uuid, request_id: RequestId, asked: Asked) -> ExportView:
    """Ends it; what was written is removed."""
    request = contract.CancelExportRequest(request_id=request_id, name=f"exports/{uuid}")
    return export_view(await asked.ask(asked.peers.exports.CancelExport, request))


@router.get(
    "/exports/{uuid:uuid}/archive",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-tar": {}}, "description": "The package as one archive"}},
)
async def get_archive(uuid: Uuid, asked: Asked) -> StreamingResponse:
    """The package, once it is done. For a day."""
    job = await _job(asked, uuid)
    if not job.archive_bytes:
        raise Problem("EXPORT_NOT_DONE", 409)
    headers = {
        "Content-Length": str(job.archive_bytes),
        "Content-Disposition": f'attachment; filename="export-{uuid}.tar"',
    }
    return StreamingResponse(_archive(asked, job.name), media_type="application/x-tar", headers=headers)


async def _job(asked: SignedIn, uuid: UUID) -> contract.ExportJob:
    return await asked.ask(asked.peers.exports.GetExport, contract.GetExportRequest(name=f"exports/{uuid}"))


async def _archive(asked: SignedIn, name: str) -> AsyncIterator[bytes]:
    """Stream after stream, each from where the one before it ended; a page of bytes at a time."""
    had, is_last = 0, False
    errand = replace(asked.errand, purpose=_PURPOSE)
    while not is_last:
        request = contract.DownloadExportRequest(name=name, offset=had)
        async for answer in asked.peers.stream(asked.peers.exports.DownloadExport, request, errand, within_s=_STREAM_S):
            had, is_last = had + len(answer.data), answer.is_last
            yield answer.data
