"""Every five seconds: tell what waits. Every half minute: look at the stores, keep partitions ahead, drop the old."""

from collections.abc import Callable
from typing import ClassVar

import structlog
from psycopg import Connection
from psycopg.rows import DictRow

from chassis.clock import monotonic
from chassis.context import Context
from chassis.database import is_lost, notify
from chassis.metrics import AUDITED, OLDEST, WAITING
from chassis.parked import page_parked
from chassis.work import Work

log = structlog.get_logger(__name__)

OVERDUE_S = 30  # a timer or an effect later than this is overdue
# What counts as waiting in each place, and since when.
_PLACES = {
    "outbox": ("outbox", "parked_at IS NULL", "event_time"),
    "outbox_parked": ("outbox", "parked_at IS NOT NULL", "event_time"),
    "set_aside": ("set_aside", "parked_at IS NULL", "first_at"),
    "parked": ("set_aside", "parked_at IS NOT NULL", "first_at"),
    "timers_overdue": ("timers", f"parked_at IS NULL AND due_at < app_now() - interval '{OVERDUE_S} s'", "due_at"),
    "timers_parked": ("timers", "parked_at IS NOT NULL", "due_at"),
    "effects_overdue": ("effects", f"settled_at IS NULL AND due_at < app_now() - interval '{OVERDUE_S} s'", "due_at"),
    "effects_unknown": ("effects", "settled_at IS NULL AND state = 'unknown'", "requested_at"),
}
WAITING_ROWS = " UNION ALL ".join(
    f"SELECT '{place}' AS place, count(*) AS n, coalesce(extract(epoch FROM app_now() - min({since})), 0) AS oldest_s"  # noqa: S608 - of constants
    f" FROM {table} WHERE {condition}"
    for place, (table, condition, since) in _PLACES.items()
)

CLAIMS_KEPT_DAYS = 90
REQUESTS_KEPT_DAYS = 30  # money keeps its key on the transfer, for ever
_OLD_REQUESTS = """DELETE FROM requests WHERE (caller, request_id) IN (
    SELECT caller, request_id FROM requests WHERE claimed_at < app_now() - make_interval(days => %s)
    ORDER BY claimed_at LIMIT 5000)"""
Look = Callable[[Work], object]


class Upkeep:
    """The auditor of one service and the chores of its database."""

    EVERY_S: ClassVar[float] = 5.0
    CHORES_S: ClassVar[float] = 30.0

    def __init__(self, service: str, auditor: Look | None, look_outside: Callable[[], object] = lambda: None) -> None:
        """`look_outside` is called once a round of chores, after them: it may wait for another server."""
        self._service, self._look_outside = service, look_outside
        self._looks = (page_parked, auditor) if auditor else (page_parked,)
        self._chores_at = monotonic()

    def tick(self, connection: Connection[DictRow]) -> int:
        """One round; returns 0 so that the loop waits."""
        self._tell(connection)
        if monotonic() >= self._chores_at:
            self._chores_at = monotonic() + self.CHORES_S
            self._chores(connection)
            self._look_outside()
        return 0

    def _tell(self, connection: Connection[DictRow]) -> None:
        for row in connection.execute(WAITING_ROWS.encode()).fetchall():
            WAITING.labels(self._service, row["place"]).set(row["n"])
            OLDEST.labels(self._service, row["place"]).set(row["oldest_s"])

    def _chores(self, connection: Connection[DictRow]) -> None:
        for table in ("events", "inbox"):
            connection.execute(
                """SELECT ensure_partition(%s, (date_trunc('month', app_now()) + m * interval '1 month')::date)
                   FROM generate_series(0, 2) m""",
                [table],
            )
        connection.execute("SELECT drop_old_claims(%s)", [CLAIMS_KEPT_DAYS])
        connection.execute(_OLD_REQUESTS, [REQUESTS_KEPT_DAYS])
        looked = [self._look(connection, look) for look in self._looks]
        if all(looked):
            AUDITED.labels(self._service).set_to_current_time()

    def _look(self, connection: Connection[DictRow], look: Look) -> bool:
        """An auditor that fails is shown and tried again; it does not take the service with it."""
        try:
            self._audit(connection, look)
        except Exception:
            if is_lost(connection):
                raise
            log.exception("auditor.failed", service=self._service)
            return False
        return True

    def _audit(self, connection: Connection[DictRow], look: Look) -> None:
        context = Context(actor=f"services/{self._service}", causation="auditor")
        with connection.transaction(), Work(connection, context) as work:
            look(work)
        notify(connection, work.rings)
