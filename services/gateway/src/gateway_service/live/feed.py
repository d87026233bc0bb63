"""One client's feed: what it missed, then what comes, each entry once, until its token ends."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from eldercare.notify.v1.message_pb2 import TimelineEntry
from gateway_service.desk.page import DeskPage
from gateway_service.house import SignedIn
from gateway_service.live.hub import entries_after
from gateway_service.live.listener import Listener, News
from gateway_service.live.puller import PAGE, Puller
from gateway_service.live.topic import Topic
from gateway_service.session.token import expires_in

_REMEMBERED = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """`missed` is the first page after `last_id`, fetched in the client's own name: that is the access check."""

    asked: SignedIn
    topic: Topic
    listener: Listener
    puller: Puller
    missed: list[TimelineEntry]
    last_id: int

    async def news(self) -> AsyncIterator[News | None]:
        """None where it is quiet."""
        told: deque[int] = deque([self.last_id], maxlen=_REMEMBERED)
        async for entry in self._replay():
            told.append(entry.id)
            yield entry
        self.puller.begin_after(max(told))
        async for news in self.listener.read():
            if news is None or isinstance(news, DeskPage):
                yield news
            elif news.id not in told:
                told.append(news.id)
                yield news

    async def _replay(self) -> AsyncIterator[TimelineEntry]:
        page = self.missed
        while page:
            for entry in page:
                yield entry
            full = len(page) == PAGE
            page = await _page(self.asked.afresh(), self.topic, page[-1].id) if full else []


@asynccontextmanager
async def open_feed(asked: SignedIn, name: str, last_id: int | None) -> AsyncIterator[Feed]:
    """Listens first and reads then, so nothing falls between. Without a last id an incident's feed begins at its first
    entry, a region's feed now. Raises Problem for whom it does not concern."""
    topic = Topic(name=name, language=asked.language)
    with asked.house.hub.listening(topic, asked.caller.subject) as (puller, listener):
        since = await _end(asked, topic) if last_id is None and topic.is_region else last_id or 0
        missed = await _page(asked, topic, since)
        expiry = asyncio.get_running_loop().call_later(expires_in(asked.errand.token), listener.close, "token_expired")
        try:
            yield Feed(asked=asked, topic=topic, listener=listener, puller=puller, missed=missed, last_id=since)
        finally:
            expiry.cancel()


async def _end(asked: SignedIn, topic: Topic) -> int:
    """The newest id the doorbell told of; without one the timeline is walked to its end."""
    last, page = asked.house.hub.newest_id, [TimelineEntry()] * (0 if asked.house.hub.newest_id else PAGE)
    while len(page) == PAGE:
        page = await _page(asked.afresh(), topic, last)
        last = page[-1].id if page else last
    return last


async def _page(asked: SignedIn, topic: Topic, after: int) -> list[TimelineEntry]:
    return await entries_after(asked.peers, topic, after, asked.errand)
