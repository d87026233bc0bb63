"""Where a core pages the duty desk when nothing else of ours answers."""

import asyncio
from typing import Annotated

import structlog
from fastapi import APIRouter, Header, Request
from prometheus_client import Counter
from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway_service.desk.board import DESK_STREAM, KEPT
from gateway_service.desk.page import DeskPage, PageUnreadable
from gateway_service.desk.signature import is_signed
from gateway_service.house import House, InHouse
from gateway_service.problem.problem import Problem
from gateway_service.v1.shapes import PROBLEMS
from gateway_service.wire.openapi import PUBLIC

log = structlog.get_logger(__name__)
router = APIRouter(tags=["desk"], responses=PROBLEMS)
_PAGES = Counter("eldercare_gateway_desk_pages_total", "Pages to the duty desk by outcome", ["outcome"])
_SHARE_S = 2.0


class Taken(BaseModel):
    shown: int


@router.post("/desk/pages", status_code=202, openapi_extra=PUBLIC)
async def post_page(
    request: Request,
    house: InHouse,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=200)],
    eldercare_timestamp: Annotated[str, Header(alias="Eldercare-Timestamp")] = "",
    eldercare_signature: Annotated[str, Header(alias="Eldercare-Signature")] = "",
) -> Taken:
    """Signed with the shared secret. Answers 503 when nobody would see the page: it is then told again."""
    body = await request.body()
    if not is_signed(house.settings.desk_secret, eldercare_timestamp, eldercare_signature, body):
        _PAGES.labels("unsigned").inc()
        raise Problem("SIGNATURE_WRONG", 401, "The signature is missing, wrong or older than five minutes.")
    try:
        page = DeskPage.read(idempotency_key, body)
    except PageUnreadable as bad:
        raise Problem("PAGE_UNREADABLE", 400, "A page is a JSON object that says what it is about.") from bad
    shared, shown = await _share(request.app.state.redis, page, body), _show(house, page)
    if not shared and not shown:
        _PAGES.labels("unseen").inc()
        raise Problem("NOBODY_AT_THE_DESK", 503, "No operator is connected and the page cannot be kept.")
    _PAGES.labels("taken").inc()
    log.warning("desk.paged", key=page.key, region=page.region, count=shown)
    return Taken(shown=shown)


def _show(house: House, page: DeskPage) -> int:
    house.board.put(page)
    return house.hub.page(page)


async def _share(redis: Redis | None, page: DeskPage, body: bytes) -> bool:
    """Keeps the page where every gateway reads it."""
    if redis is None:
        return False
    try:
        async with asyncio.timeout(_SHARE_S):
            await redis.xadd(DESK_STREAM, {"key": page.key, "json": body}, maxlen=KEPT)
    except (RedisError, OSError, TimeoutError) as lost:
        log.warning("desk.page_not_shared", reason=type(lost).__name__)
        return False
    return True
