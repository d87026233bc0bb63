"""Server-sent events on the wire.

Not FastAPI's own response: it holds two tasks and two channels a client, and a client that leaves while it is being
written to ends there in an error (0.165). The framing is FastAPI's.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from gateway_service.live.feed import Feed
from gateway_service.live.listener import News

RECONNECT_MS = 1_000
DOCUMENTED: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}


class EventStream(StreamingResponse):
    """What came after Last-Event-ID, then what comes, with a comment where it is quiet. `show` makes one event."""

    media_type = "text/event-stream"

    def __init__(self, feed: Feed, show: Callable[[News], bytes]) -> None:
        headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        super().__init__(_events(feed, show), headers=headers, media_type=self.media_type)


async def _events(feed: Feed, show: Callable[[News], bytes]) -> AsyncIterator[bytes]:
    yield format_sse_event(comment="open", retry=RECONNECT_MS)
    async for news in feed.news():
        yield KEEPALIVE_COMMENT if news is None else show(news)


def event(data: str, *, id: int | None = None, name: str | None = None) -> bytes:  # noqa: A002 - the field's own name
    return format_sse_event(data_str=data, id=None if id is None else str(id), event=name)
