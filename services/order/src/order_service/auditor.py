"""Reads the stores, not the queues: nothing open is without an owner, nothing waits without a clock."""

from typing import Any

import structlog
from prometheus_client import Counter, Gauge

from chassis.work import Work
from order_service.incident import keeping as incident_keeping
from order_service.incident.ladder import ladder_request
from order_service.incident.store import incident_of
from order_service.news.store import trim_news
from order_service.visit.domain.words import OrderState
from order_service.visit.keeping import TIMER_OF, timer_key

log = structlog.get_logger(__name__)

RAISED = Counter("eldercare_order_clocks_set_again_total", "What the auditor found without a clock", ["what"])
for _what in ("incident", "ladder", "order"):
    RAISED.labels(_what)  # a series that begins with its first count would hide it from whoever looks at the increase
OPEN = Gauge("eldercare_order_incidents_open", "Open incidents")
OVERDUE = Gauge("eldercare_order_incidents_overdue", "Open incidents whose deadline passed more than a minute ago")
UNOWNED = Gauge("eldercare_order_incidents_unowned", "Open incidents without a responsible party or a deadline")
LADDERLESS = Gauge(
    "eldercare_order_incidents_without_ladder", "Open incidents older than a minute nobody is called for"
)


def audit(work: Work) -> None:
    _count(work)
    trim_news(work)
    for row in _incidents_without_clock(work):
        _raise("incident", row["name"])
        work.set_timer(
            incident_keeping.deadline_key(row["name"]), incident_keeping.DEADLINE, work.now, {"incident": row["name"]}
        )
    for row in _incidents_without_ladder(work):
        _raise("ladder", row["name"])
        incident = incident_of({key: row[key] for key in row if key not in {"event_id", "receive_time"}})
        request = ladder_request(incident, incident.kind, row["receive_time"], str(row["event_id"]))
        work.set_timer(incident_keeping.ladder_key(incident.name), incident_keeping.LADDER, work.now, request)
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


def _incidents_without_ladder(work: Work) -> list[dict[str, Any]]:
    """Notify has said nothing for a minute, and nothing is under way to ask it."""
    return work.all(
        """SELECT i.*, e.id AS event_id,
               (SELECT min(receive_time) FROM alarm_homes a WHERE a.home = i.name) AS receive_time
           FROM incidents i JOIN events e ON e.aggregate = i.name AND e.sequence = 1
           WHERE i.state = 'open' AND i.open_time < app_now() - interval '60 seconds'
           AND NOT EXISTS (SELECT FROM ladder_starts l WHERE l.incident = i.name)
           AND NOT EXISTS (SELECT FROM timers t WHERE t.key = 'ladder:' || i.name AND t.parked_at IS NULL)
           AND NOT EXISTS (SELECT FROM effects f WHERE f.key = 'ladder:' || i.name) LIMIT 200"""
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
        """SELECT count(*) AS open,
               count(*) FILTER (WHERE deadline_time < app_now() - interval '60 seconds') AS overdue,
               count(*) FILTER (WHERE responsible = '' OR deadline_time IS NULL) AS unowned,
               count(*) FILTER (WHERE open_time < app_now() - interval '60 seconds' AND NOT EXISTS (
                   SELECT FROM ladder_starts l WHERE l.incident = i.name)) AS without_ladder
           FROM incidents i WHERE state = 'open'"""
    )
    if row:
        OPEN.set(row["open"])
        OVERDUE.set(row["overdue"])
        UNOWNED.set(row["unowned"])
        LADDERLESS.set(row["without_ladder"])


def _raise(what: str, name: str) -> None:
    RAISED.labels(what).inc()
    log.error("clock.set_again", kind=what, key=name)
