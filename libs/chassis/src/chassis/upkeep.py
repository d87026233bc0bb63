"""Every half minute: look at the stores, not at the queues; keep partitions ahead; tell the figures."""

from collections.abc import Callable
from typing import ClassVar

import structlog
from prometheus_client import Gauge
from psycopg import Connection
from psycopg.rows import DictRow

from chassis.context import Context
from chassis.database import is_lost, notify
from chassis.parked import page_parked
from chassis.work import Work

log = structlog.get_logger(__name__)

_ROWS = Gauge("eldercare_waiting_rows", "Rows that wait, by service and place", ["service", "place"])
_AUDITED = Gauge("eldercare_audited_seconds", "Unix time of the last completed audit", ["service"])
_FIGURES = {
    "outbox": "SELECT count(*) AS n FROM outbox WHERE parked_at IS NULL",
    "outbox_parked": "SELECT count(*) AS n FROM outbox WHERE parked_at IS NOT NULL",
    "set_aside": "SELECT count(*) AS n FROM set_aside WHERE parked_at IS NULL",
    "parked": "SELECT count(*) AS n FROM set_aside WHERE parked_at IS NOT NULL",
    "timers_overdue": "SELECT count(*) AS n FROM timers WHERE due_at < app_now() - interval '30 seconds'",
    "effects_unknown": "SELECT count(*) AS n FROM effects WHERE state = 'unknown' AND settled_at IS NULL",
}

CLAIMS_KEPT_DAYS = 90
REQUESTS_KEPT_DAYS = 30  # money keeps its key on the transfer, for ever
_OLD_REQUESTS = """DELETE FROM requests WHERE (caller, request_id) IN (
    SELECT caller, request_id FROM requests WHERE claimed_at < app_now() - make_interval(days => %s)
    ORDER BY claimed_at LIMIT 5000)"""
Look = Callable[[Work], object]


class Upkeep:
    """The auditor of one service and the chores of its database."""

    EVERY_S: ClassVar[float] = 30.0

    def __init__(self, service: str, auditor: Look | None) -> None:
        self._service = service
        self._looks = (page_parked, auditor) if auditor else (page_parked,)

    def tick(self, connection: Connection[DictRow]) -> int:
        """One round; returns 0 so that the loop waits."""
        for table in ("events", "inbox"):
            connection.execute(
                """SELECT ensure_partition(%s, (date_trunc('month', app_now()) + m * interval '1 month')::date)
                   FROM generate_series(0, 2) m""",
                [table],
            )
        connection.execute("SELECT drop_old_claims(%s)", [CLAIMS_KEPT_DAYS])
        connection.execute(_OLD_REQUESTS, [REQUESTS_KEPT_DAYS])
        for place, sql in _FIGURES.items():
            row = connection.execute(sql.encode()).fetchone()
            _ROWS.labels(self._service, place).set(row["n"] if row else 0)
        looked = [self._look(connection, look) for look in self._looks]
        if all(looked):
            _AUDITED.labels(self._service).set_to_current_time()
        return 0

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
