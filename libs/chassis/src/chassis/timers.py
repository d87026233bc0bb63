"""Timers are rows: visible, cancellable by key, and they survive any restart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from psycopg import Connection
from psycopg.rows import DictRow

from chassis.context import Context
from chassis.database import is_collision, is_lost, notify
from chassis.metrics import TIMERS
from chassis.trace import span
from chassis.work import Work

log = structlog.get_logger(__name__)

ATTEMPTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A timer as its handler sees it."""

    key: str
    kind: str
    due: datetime
    payload: Mapping[str, Any]


TimerHandler = Callable[[Work, Timer], object]


class TimerRunner:
    """Fires due timers one by one, each in one transaction with its deletion."""

    def __init__(self, url: str, service: str, handlers: Mapping[str, TimerHandler]) -> None:
        self.url, self.service, self.handlers = url, service, handlers

    def tick(self, connection: Connection[DictRow]) -> int:
        """Fires at most one; returns how many."""
        row: DictRow | None = None
        try:
            with connection.transaction():
                row = connection.execute(
                    """SELECT *, app_now() AS now FROM timers
                       WHERE parked_at IS NULL AND due_at <= app_now() AND kind = ANY(%s)
                       ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED""",
                    [list(self.handlers)],
                ).fetchone()
                if row is None:
                    return 0
                rings = self._fire(connection, row)
        except Exception as failure:
            if row is None or is_lost(connection):
                raise
            if not is_collision(failure):
                self._postpone(connection, row, failure)
            return 1
        TIMERS.labels(self.service, row["kind"], "done").inc()
        notify(connection, rings)
        return 1

    def _fire(self, connection: Connection[DictRow], row: DictRow) -> set[str]:
        connection.execute("DELETE FROM timers WHERE key = %s", [row["key"]])
        context = Context.from_json(
            row["context"] | {"causation": f"timers/{row['key']}", "actor": f"services/{self.service}"}
        )
        timer = Timer(key=row["key"], kind=row["kind"], due=row["due_at"], payload=row["payload"])
        with span(f"timer {timer.kind}", context.traceparent), Work(connection, context, now=row["now"]) as work:
            structlog.contextvars.bind_contextvars(correlation=context.correlation)
            self.handlers[timer.kind](work, timer)
        return work.rings

    def _postpone(self, connection: Connection[DictRow], row: DictRow, failure: Exception) -> None:
        attempts = row["attempts"] + 1
        TIMERS.labels(self.service, row["kind"], "failed").inc()
        log.warning("timer.failed", kind=row["kind"], key=row["key"], attempt=attempts, reason=type(failure).__name__)
        connection.execute(
            """UPDATE timers SET attempts = %s, error = %s, due_at = app_now() + %s * interval '1 second',
                   parked_at = CASE WHEN %s THEN app_now() END WHERE key = %s AND due_at = %s""",
            [attempts, repr(failure)[:2000], min(2**attempts, 60), attempts >= ATTEMPTS, row["key"], row["due_at"]],
        )
