"""Fetches what is new of one topic, once for all who listen: when the doorbell rings, or by the clock without one."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from eldercare.notify.v1.message_pb2 import TimelineEntry
from gateway_service.live.listener import Listener
from gateway_service.live.topic import Topic
from gateway_service.problem.problem import Problem

log = structlog.get_logger(__name__)
Fetch = Callable[[Topic, int], Awaitable[list[TimelineEntry]]]
PAGE = 100
# A feed that cannot be filled says so by ending: its clients ask again and are told why.
GIVE_UP_AFTER, ASK_AGAIN_S = 3, 1.0


class Puller:
    """`look_every` tells how long to wait for the doorbell: short when there is none."""

    def __init__(self, topic: Topic, fetch: Fetch, look_every: Callable[[], float]) -> None:
        self.topic, self._fetch, self._look_every = topic, fetch, look_every
        self.listeners: set[Listener] = set()
        self._cursor: int | None = None
        self._rung = asyncio.Event()
        self._failures = 0
        self._task = asyncio.create_task(self._run(), name=f"pull {topic.name}")

    def begin_after(self, entry_id: int) -> None:
        """A listener has everything up to here. Whoever has less decides; listeners know what they were told."""
        if self._cursor is None or entry_id < self._cursor:
            self._cursor = entry_id
            self._rung.set()

    def ring(self) -> None:
        self._rung.set()

    def stop(self, why: str) -> None:
        self._task.cancel()
        self._let_go(why)

    def _let_go(self, why: str) -> None:
        for listener in self.listeners:
            listener.close(why)

    async def _run(self) -> None:
        while True:
            await self._wait()
            try:
                await self._pull()
                self._failures = 0
            except Problem as problem:
                self._failures += 1
                log.warning("feed.not_fetched", reason=problem.reason, key=self.topic.name, count=self._failures)
                if self._failures == GIVE_UP_AFTER:
                    self._let_go("not_fetched")

    async def _wait(self) -> None:
        look_every = min(self._look_every(), ASK_AGAIN_S) if self._failures else self._look_every()
        try:
            await asyncio.wait_for(self._rung.wait(), look_every)
        except TimeoutError:
            return
        self._rung.clear()

    async def _pull(self) -> None:
        while self._cursor is not None:
            began = self._cursor
            entries = await self._fetch(self.topic, began)
            for entry in entries:
                self.listeners -= {listener for listener in self.listeners if not listener.offer(entry)}
            if self._cursor == began and entries:
                self._cursor = entries[-1].id
            if len(entries) < PAGE and self._cursor >= began:
                return
