"""One connected client's waiting room: bounded, so that a client that never reads costs a little and then nothing."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import TypeAlias

from eldercare.notify.v1.message_pb2 import TimelineEntry
from gateway_service.desk.page import DeskPage

News: TypeAlias = TimelineEntry | DeskPage
WAITING = 256
QUIET_S = 15.0


class Listener:
    def __init__(self, waiting: int = WAITING) -> None:
        self._news: deque[News] = deque()
        self._room, self._changed = waiting, asyncio.Event()
        self.closed = ""

    def offer(self, news: News) -> bool:
        """False when there is no room: the client does not read and is let go. It may come back with Last-Event-ID."""
        if not self.closed and len(self._news) >= self._room:
            self.close("never_read")
        if self.closed:
            return False
        self._news.append(news)
        self._changed.set()
        return True

    def close(self, why: str) -> None:
        """What waits is forgotten; the reader's loop ends."""
        self.closed = self.closed or why
        self._news.clear()
        self._changed.set()

    async def read(self) -> AsyncIterator[News | None]:
        """None after a quiet while, so that the line is seen to live."""
        while True:
            while self._news:
                yield self._news.popleft()
            if self.closed:
                return
            self._changed.clear()
            if not await self._is_called():
                yield None

    async def _is_called(self) -> bool:
        try:
            await asyncio.wait_for(self._changed.wait(), QUIET_S)
        except TimeoutError:
            return False
        return True
