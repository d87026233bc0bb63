"""Exports made in the background: begun, listed, looked at, ended."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from eldercare.device.v1 import export_job_service_pb2 as contract
from gateway_service.codes import moment, word
from gateway_service.house import Asked
from gateway_service.v1.archive import PURPOSE
from gateway_service.v1.shapes import PROBLEMS, Input, PageQuery, Uuid
from gateway_service.wire.idempotency import RequestId

router = APIRouter(prefix="/v1", tags=["exports"], responses=PROBLEMS)
_PATTERN = r"^(persons/[0-9a-f-]{36}|devices/[0-9a-f-]{36}|regions(/[a-z0-9-]{1,40}){1,4})$"
Subject = Annotated[str, Field(pattern=_PATTERN, description="A person, a device, or a region and all below it")]


class StartExportInput(Input):
    subject: Subject
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


class ExportsQuery(PageQuery):
    subject: Subject | None = None


class ExportsView(BaseModel):
    exports: list[ExportView]
    next_page_token: str


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
    return export_view(await asked.ask(asked.peers.exports.StartExport, request, purpose=PURPOSE))


@router.get("/exports")
async def list_exports(asked: Asked, query: Annotated[ExportsQuery, Query()]) -> ExportsView:
    """Newest first: those of a region and all below it, of one person or device in it, or an elder's own."""
    request = contract.ListExportsRequest(
        subject=query.subject or next(iter(asked.regions), asked.caller.subject),
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await asked.ask(asked.peers.exports.ListExports, request)
    return ExportsView(exports=[export_view(each) for each in answer.exports], next_page_token=answer.next_page_token)


@router.get("/exports/{uuid:uuid}")
async def get_export(uuid: Uuid, asked: Asked) -> ExportView:
    """How far it is."""
    request = contract.GetExportRequest(name=f"exports/{uuid}")
    return export_view(await asked.ask(asked.peers.exports.GetExport, request))


@router.post("/exports/{uuid:uuid}:cancel")
async def cancel_export(uuid: Uuid, request_id: RequestId, asked: Asked) -> ExportView:
    """Ends it; what was written is removed."""
    request = contract.CancelExportRequest(request_id=request_id, name=f"exports/{uuid}")
    return export_view(await asked.ask(asked.peers.exports.CancelExport, request))
