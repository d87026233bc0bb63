"""The Redis streams that say that something is new: `timeline` from notify, `desk` from the duty desk's webhook.

Redis holds only what may be lost: without it the hub looks by the clock, and this keeps knocking.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway_service.desk.board import DESK_STREAM, DeskBoard
from gateway_service.desk.page import DeskPage, PageUnreadable
from gateway_service.live.hub import Hub

log = structlog.get_logger(__name__)
TIMELINE_STREAM = "timeline"
_BLOCK_MS, _COUNT, _RECONNECT_S = 2_000, 500, 0.5
Fields = Mapping[bytes, bytes]


class Doorbell:
    def __init__(self, redis: "Redis", hub: Hub, board: DeskBoard) -> None:
        self._redis, self._hub, self._board = redis, hub, board

    async def listen(self) -> None:
        """Runs until cancelled."""
        while True:
            try:
                await self._read_on(await self._where_we_are())
            except (RedisError, OSError) as lost:
                if self._hub.has_bell:
                    log.warning("feed.bell_lost", reason=type(lost).__name__)
                self._hub.has_bell = False
                await asyncio.sleep(_RECONNECT_S)

    async def _where_we_are(self) -> dict[str, Any]:
        """The ends of both streams; what was paged before is shown, too."""
        pages: Any = await self._redis.xrange(DESK_STREAM)
        for _, fields in pages:
            self._take_page(fields)
        newest: Any = await self._redis.xrevrange(TIMELINE_STREAM, count=1)
        for _, fields in newest:
            self._hub.newest_id = max(self._hub.newest_id, _number(fields.get(b"id", b"0")))
        self._hub.has_bell = True
        self._hub.ring_all()
        return {
            TIMELINE_STREAM: newest[0][0] if newest else "0-0",
            DESK_STREAM: pages[-1][0] if pages else "0-0",
        }

    async def _read_on(self, ends: dict[str, Any]) -> None:
        take: dict[str, Callable[[Fields], None]] = {TIMELINE_STREAM: self._take_entry, DESK_STREAM: self._take_page}
        while True:
            answer: Any = await self._redis.xread(_typed(ends), count=_COUNT, block=_BLOCK_MS)
            for stream, rows in _streams(answer):
                for row_id, fields in rows:
                    take[stream](fields)
                    ends[stream] = row_id

    def _take_entry(self, fields: Fields) -> None:
        incident, region = (fields.get(name, b"").decode() for name in (b"incident", b"region"))
        self._hub.ring(incident, region, _number(fields.get(b"id", b"0")))

    def _take_page(self, fields: Fields) -> None:
        try:
            page = DeskPage.read(fields.get(b"key", b"").decode(), fields.get(b"json", b""))
        except PageUnreadable:
            log.warning("desk.page_unreadable")
            return
        if self._board.put(page):
            self._hub.page(page)


def _streams(answer: Any) -> list[tuple[str, Any]]:
    """RESP2 answers a list of pairs, RESP3 a map whose rows lie one level deeper."""
    if isinstance(answer, dict):
        return [(name.decode(), rows[0]) for name, rows in answer.items() if rows]
    return [(name.decode(), rows) for name, rows in answer or []]


def _typed(ends: dict[str, Any]) -> Any:
    """redis-py types the keys of a dict invariantly."""
    return ends


def _number(text: bytes) -> int:
    return int(text) if text.isdigit() else 0
