"""Waiting frames into transactions: a few lanes, each one transaction at a time, an identity always in the same lane.

Nothing is answered before its transaction has ended. A database that is lost keeps everybody waiting, in order.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from zlib import crc32

import psycopg
import structlog

from chassis.database import told
from device_service.frame.received import Received, Stored, Verdict
from device_service.ingress.backlog import Answer, Backlog, Waiting
from device_service.ingress.metrics import FRAMES, STORE, WAITING

log = structlog.get_logger(__name__)

Store = Callable[[Sequence[Received]], list[Stored]]
_ENDED = {verdict: FRAMES.labels(verdict) for verdict in (*Verdict, "failed")}
FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 2.0
# A statement the database understood and refused will be refused again; anything else may pass.
_HOPELESS = (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError)


class Lane:
    def __init__(self) -> None:
        self.backlog = Backlog()
        self.filled = asyncio.Event()
        self.alone = 0  # after a failure: this many frames are stored one by one, to find the one at fault


class Writer:
    def __init__(self, store: Store, *, lanes: int, batch: int, most_bytes: int) -> None:
        self._store, self._batch, self._most_bytes = store, batch, most_bytes
        self._lanes = [Lane() for _ in range(lanes)]
        self._threads = ThreadPoolExecutor(max_workers=lanes, thread_name_prefix="lane")
        self._blocked: list[Callable[[], None]] = []
        self._bytes = 0
        self.is_up = True

    @property
    def is_full(self) -> bool:
        return self._bytes >= self._most_bytes

    @property
    def is_idle(self) -> bool:
        return self._bytes == 0

    def submit(self, frame: Received, answer: Answer) -> None:
        lane = self._lanes[crc32(frame.identity.encode()) % len(self._lanes)]
        lane.backlog.put(Waiting(frame=frame, answer=answer))
        lane.filled.set()
        self._count(len(frame.data))

    def when_room(self, resume: Callable[[], None]) -> None:
        self._blocked.append(resume)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes:
                group.create_task(self._serve(lane))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _serve(self, lane: Lane) -> None:
        wait = FIRST_WAIT_S
        while True:
            await lane.filled.wait()
            batch = lane.backlog.take(1 if lane.alone else self._batch)
            if not batch:
                lane.filled.clear()
            elif await self._try(lane, batch):
                wait = FIRST_WAIT_S
            else:
                await asyncio.sleep(wait)
                wait = min(LONGEST_WAIT_S, wait * 2)

    async def _try(self, lane: Lane, batch: list[Waiting]) -> bool:
        """False when the database is lost; the batch then waits at the front of its lane."""
        frames = [waiting.frame for waiting in batch]
        try:
            with STORE.time():
                outcomes = await asyncio.get_running_loop().run_in_executor(self._threads, self._store, frames)
        except _HOPELESS as refused:
            self._blame(lane, batch, refused)
        except psycopg.Error as lost:
            self._lose(lane, batch, lost)
            return False
        except Exception as failure:
            self._blame(lane, batch, failure)
        else:
            lane.alone = max(0, lane.alone - len(batch))
            self._answer(batch, outcomes)
        self.is_up = True
        return True

    def _answer(self, batch: Sequence[Waiting], outcomes: Sequence[Stored | None]) -> None:
        self._count(-sum(len(waiting.frame.data) for waiting in batch))
        for waiting, outcome in zip(batch, outcomes, strict=True):
            _ENDED[outcome.verdict if outcome else "failed"].inc()
            waiting.answer(outcome)
        if self._blocked and not self.is_full:
            blocked, self._blocked = self._blocked, []
            for resume in blocked:
                resume()

    def _lose(self, lane: Lane, batch: Sequence[Waiting], lost: psycopg.Error) -> None:
        """The commit may have happened without our hearing of it, so these frames are looked for before a new try."""
        if self.is_up:
            log.error("database.lost", **told(lost))
        self.is_up = False
        lane.backlog.put_back(replace(waiting, frame=replace(waiting.frame, retried=True)) for waiting in batch)

    def _blame(self, lane: Lane, batch: list[Waiting], failure: Exception) -> None:
        if len(batch) > 1:
            lane.alone = len(batch)
            lane.backlog.put_back(batch)
            return
        lane.alone = max(0, lane.alone - 1)
        # A database's own message may quote what a device said.
        seen = None if isinstance(failure, psycopg.Error) else failure
        log.error("frame.not_stored", reason=type(failure).__name__, exc_info=seen)
        self._answer(batch, [None])

    def _count(self, change: int) -> None:
        self._bytes += change
        WAITING.set(self._bytes)
