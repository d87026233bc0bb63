"""The package of an export as one file: whole or from any byte on, however often the service's streams end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse

from chassis.clock import monotonic
from eldercare.device.v1.export_job_service_pb2 import DownloadExportRequest, GetExportRequest
from gateway_service.house import Asked, SignedIn
from gateway_service.problem.problem import Problem
from gateway_service.v1.shapes import PROBLEMS, Uuid
from gateway_service.wire.etag import has
from gateway_service.wire.ranges import wanted_bytes

router = APIRouter(prefix="/v1", tags=["exports"], responses=PROBLEMS)
PURPOSE, MEDIA_TYPE = "export", "application/x-tar"
_STREAM_S, _PATIENCE_S, _PAUSE_S, _LONGEST_PAUSE_S = 30.0, 60.0, 0.25, 2.0
# A stream ends so when others have their turn, when its reader was slow, and when a core is replaced.
_PASSING = frozenset({429, 503, 504})
_FILE = {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slice:
    """Bytes of one archive, both ends included."""

    export: str
    first: int
    last: int


@router.get(
    "/exports/{uuid:uuid}/archive",
    response_class=StreamingResponse,
    responses={
        200: {"content": _FILE, "description": "The package as one archive"},
        206: {"content": _FILE, "description": "The bytes that `Range` names"},
        304: {"description": "The reader has it: `If-None-Match`"},
    },
)
async def get_archive(
    uuid: Uuid,
    asked: Asked,
    wanted: Annotated[str, Header(alias="Range", description="One range: `bytes=first-last`")] = "",
    if_range: Annotated[str, Header(description="The ETag of the bytes had already")] = "",
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """The package, once it is done. For a day. A download that broke goes on with `Range` and `If-Range`."""
    job = await asked.ask(asked.peers.exports.GetExport, GetExportRequest(name=f"exports/{uuid}"))
    if not job.archive_bytes:
        raise Problem("EXPORT_NOT_DONE", 409)
    headers = _headers(uuid, job.archive_bytes)
    if if_none_match and has(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    part = wanted_bytes(wanted, job.archive_bytes) if if_range in ("", headers["ETag"]) else None
    first, last = part or (0, job.archive_bytes - 1)
    if part is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{job.archive_bytes}"
    headers["Content-Length"] = str(last + 1 - first)
    body = await _begun(_read(asked, _Slice(export=job.name, first=first, last=last)))
    return StreamingResponse(body, 200 if part is None else 206, headers, MEDIA_TYPE)


def _headers(uuid: UUID, size: int) -> dict[str, str]:
    """A package that is done never changes: its name and size are its tag."""
    return {
        "Accept-Ranges": "bytes",
        "ETag": f'"{uuid}-{size}"',
        "Content-Disposition": f'attachment; filename="export-{uuid}.tar"',
    }


async def _begun(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What is refused before the first byte is still a problem with its status, and no broken download."""
    first = await anext(pieces)

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return whole()


async def _read(asked: SignedIn, part: _Slice) -> AsyncIterator[bytes]:
    """Stream after stream, each from where the one before it ended. Raises Problem when nothing came for long."""
    had, pause, until = part.first, _PAUSE_S, asked.errand.until
    while True:
        broken = Problem("EXPORT_CUT_SHORT", 503, "The service gave no more of the archive.")
        try:
            async with aclosing(_stream(asked, part, had)) as pieces:
                async for piece in pieces:
                    had += len(piece)
                    yield piece
                    pause, until = _PAUSE_S, monotonic() + _PATIENCE_S
        except Problem as ended:
            broken = ended
        if had > part.last:
            return
        if broken.status not in _PASSING or monotonic() + pause > until:
            raise broken
        await asyncio.sleep(pause)
        pause = min(_LONGEST_PAUSE_S, pause * 2)


async def _stream(asked: SignedIn, part: _Slice, had: int) -> AsyncGenerator[bytes]:
    request, errand = DownloadExportRequest(name=part.export, offset=had), replace(asked.errand, purpose=PURPOSE)
    method, left = asked.peers.exports.DownloadExport, part.last + 1 - had
    async with aclosing(asked.peers.stream(method, request, errand, within_s=_STREAM_S)) as answers:
        async for answer in answers:
            if answer.data:
                yield answer.data[:left]
                left -= len(answer.data)
            if left <= 0:
                return
