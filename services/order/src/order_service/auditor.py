"""Reads the stores, not the queues: nothing open is without an owner, nothing waits without a clock."""

from typing import Any

import structlog
from prometheus_client import Counter, Gauge

from chassis.work import Work
from order_service.incident import keeping as incident_keeping
from order_service.visit.domain.words import OrderState
from order_service.visit.keeping import TIMER_OF, timer_key

log = structlog.get_logger(__name__)

RAISED = Counter("eldercare_order_audit_raised", "What the auditor found without a clock and raised again", ["what"])
OPEN = Gauge("eldercare_order_incidents_open", "Open incidents")
OVERDUE = Gauge("eldercare_order_incidents_overdue", "Open incidents whose deadline passed more than a minute ago")


def audit(work: Work) -> None:
    _count(work)
    for row in _incidents_without_clock(work):
        _raise("incident", row["name"])
        work.set_timer(
            incident_keeping.deadline_key(row["name"]), incident_keeping.DEADLINE, work.now, {"incident": row["name"]}
        )
    for row in _orders_without_clock(work):
        _raise("order", row["name"])
        due = max(work.now, row["deadline_time"])
        work.set_timer(timer_key(row["name"]), TIMER_OF[OrderState(row["state"])], due, {"order": row["name"]})


def _incidents_without_clock(work: Work) -> list[dict[str, Any]]:
    """No timer, a parked one, or one that stands later than the deadline it is for."""
    return work.all(
        """SELECT name FROM incidents i WHERE state = 'open' AND NOT EXISTS (
               SELECT FROM timers t WHERE t.key = 'deadline:' || i.name AND t.parked_at IS NULL
               AND t.due_at <= i.deadline_time + interval '60 seconds')
           AND NOT (deadline_time > app_now() AND EXISTS (
               SELECT FROM timers t WHERE t.key = 'deadline:' || i.name AND t.parked_at IS NULL))
           ORDER BY deadline_time LIMIT 200 FOR UPDATE SKIP LOCKED"""
    )


def _orders_without_clock(work: Work) -> list[dict[str, Any]]:
    return work.all(
        """SELECT name, state, deadline_time FROM orders o
           WHERE state NOT IN ('confirmed', 'declined', 'cancelled', 'missed') AND NOT EXISTS (
               SELECT FROM timers t WHERE t.key = 'order:' || o.name AND t.parked_at IS NULL)
           ORDER BY deadline_time LIMIT 200 FOR UPDATE SKIP LOCKED"""
    )


def _count(work: Work) -> None:
    row = work.one(
        """SELECT count(*) AS open, count(*) FILTER (WHERE deadline_time < app_now() - interval '60 seconds') AS overdue
           FROM incidents WHERE state = 'open'"""
    )
    if row:
        OPEN.set(row["open"])
        OVERDUE.set(row["overdue"])


def _raise(what: str, name: str) -> None:
    RAISED.labels(what).inc()
    log.error("clock.set_again", kind=what, key=name)
