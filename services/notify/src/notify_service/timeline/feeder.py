"""Rings the live pages: numbers the timeline and repeats each line into a capped Redis stream, in order, once.

One feeder numbers what all have written; the others follow and take over when its session ends.
The stream's ids are the timeline's own, so several feeders never write a line twice. Redis may lose all of it: pages
then read the timeline itself.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import psycopg
import redis
import structlog
from psycopg import Connection
from psycopg.rows import DictRow

from chassis.context import Context
from chassis.database import connect
from chassis.work import Work
from notify_service.relation.store import zone_of
from notify_service.text.catalogue import LANGUAGES
from notify_service.timeline import store
from notify_service.timeline.sentences import sentence
from notify_service.timeline.store import BELL, Entry

log = structlog.get_logger(__name__)

STREAM = "timeline"
KEPT = 10_000
BATCH = 200
# Lines come in bursts: those of a moment are read and told together.
TOGETHER_S = 0.02
POLL_S = 1.0
BACK_OFF_S = 1.0
FROZEN = "10s"  # a session that falls silent for longer is ended, and another one numbers


class Feeder:
    def __init__(self, url: str, client: redis.Redis) -> None:
        self._url, self._redis = url, client
        self._fed: int | None = None

    def __call__(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            try:
                with connect(self._url, name="notify.feeder", idle_session_timeout=FROZEN) as connection:
                    self._follow(connection, stopping)
            except (psycopg.OperationalError, redis.RedisError) as lost:
                log.warning("feed.lost", reason=type(lost).__name__)
                stopping.wait(BACK_OFF_S)

    def _follow(self, connection: Connection[DictRow], stopping: threading.Event) -> None:
        connection.execute(f'LISTEN "{BELL}"'.encode())
        work, is_ours = Work(connection, Context()), False
        while not stopping.is_set():
            is_ours = is_ours or store.claim_numbering(work)
            if is_ours:
                store.number(work)
            if self.feed(connection) > 0:
                stopping.wait(TOGETHER_S)
            else:
                for _ in connection.notifies(timeout=POLL_S, stop_after=1):
                    pass

    def feed(self, connection: Connection[DictRow]) -> int:
        """Repeats what is new; returns how many lines."""
        work = Work(connection, Context())
        if self._fed is None:
            self._fed = self._resume(work)
        entries = store.of_all(work, self._fed, BATCH)
        if entries:
            zones = {region: zone_of(work, region) for region in {entry.line.region for entry in entries}}
            self._add(entries, zones)
            self._fed = entries[-1].id
        return len(entries)

    def _resume(self, work: Work) -> int:
        """After the last line in the stream; in an empty one, after the last line there is."""
        newest = store.last_id(work)
        last = self._redis.xrevrange(STREAM, count=1)
        if not last:
            return newest
        fed = int(str(last[0][0]).partition("-")[0])
        if fed > newest:  # the stream is of another life of this database
            self._redis.delete(STREAM)
            return newest
        return fed

    def _add(self, entries: Sequence[Entry], zones: Mapping[str, ZoneInfo]) -> None:
        """All on one way there and back. What is in the stream already is refused by it."""
        pipe = self._redis.pipeline(transaction=False)
        for entry in entries:
            line = entry.line
            fields = {"id": str(entry.id), "incident": line.incident, "region": line.region}
            fields["json"] = told(entry, zones[line.region])
            pipe.xadd(STREAM, fields, id=f"{entry.id}-0", maxlen=KEPT, approximate=True)  # type: ignore[arg-type]
        for answer in pipe.execute(raise_on_error=False):
            if isinstance(answer, Exception) and "equal or smaller" not in str(answer):
                raise answer


def told(entry: Entry, zone: ZoneInfo) -> str:
    line = entry.line
    return json.dumps(
        {
            "id": entry.id,
            "incident": line.incident,
            "order": line.order,
            "type": line.type,
            "time": line.time.isoformat(),
            "params": dict(line.params),
            "region": line.region,
            "correlation": line.correlation,
            "text": {language: sentence(line, language, zone) for language in LANGUAGES},
        },
        ensure_ascii=False,
    )
