"""What falls due: deadlines of incidents and orders, the next ring, the confirmation, the hand-over of a ladder.

A timer holds its own row; whoever holds the order may be about to move that timer. So a timer never waits for a lock:
it comes again a moment later.
"""

from collections.abc import Callable
from datetime import timedelta

from chassis.timers import Timer, TimerHandler
from chassis.work import Work
from order_service.dispatch.domain.rings import rings_of
from order_service.dispatch.searching import search_further
from order_service.incident import keeping as incident_keeping
from order_service.incident.desk import DESK_AFTER, page_again, page_without_ladder
from order_service.incident.ladder import START_LADDER, effect_key
from order_service.incident.store import ladder_is_needed, load_incident, read_incident
from order_service.visit.deadlines import confirm_by_timer, visit_overdue
from order_service.visit.keeping import CONFIRM, RING, TIMER_OF, VISIT, Visit, lock_visit
from order_service.visit.store import incident_of

AGAIN = timedelta(milliseconds=250)


def on_incident_deadline(work: Work, timer: Timer) -> None:
    name = timer.payload["incident"]
    if not _is_free(work, "incidents", name):
        _again(work, timer)
        return
    incident = load_incident(work, name)
    if incident is not None and incident.is_open:
        if incident.is_left_lying and work.now >= incident.deadline_time:
            page_again(work, incident)
        incident.deadline_passed(work.now)
        incident_keeping.keep(work, incident)


def on_ladder(work: Work, timer: Timer) -> None:
    """Notify has not said that the ladder runs: it is asked to start it, again and again, and the desk paged then."""
    name = timer.payload["incident"]
    incident = read_incident(work, name)
    if incident is None or not ladder_is_needed(work, name):
        return
    work.request_effect(effect_key(name), START_LADDER, timer.payload, timeout_s=5)
    key, due = incident_keeping.desk_page_key(name), incident.open_time + DESK_AFTER
    work.set_timer(key, incident_keeping.DESK_PAGE, due, {"incident": name})


def on_desk_page(work: Work, timer: Timer) -> None:
    page_without_ladder(work, timer.payload["incident"])


def _search(work: Work, visit: Visit) -> None:
    search_further(work, visit, rings_of(urgent=visit.order.urgent))


def _of_order(kind: str, act: Callable[[Work, Visit], None]) -> TimerHandler:
    """Only in a state of that timer whose deadline has come; otherwise the timer its state has is set again."""

    def handle(work: Work, timer: Timer) -> None:
        name = timer.payload["order"]
        incident = incident_of(work, name)
        if (incident and not _is_free(work, "incidents", incident)) or not _is_free(work, "orders", name):
            _again(work, timer)
            return
        visit = lock_visit(work, name)
        due = TIMER_OF.get(visit.order.state)
        if due == kind and work.now >= visit.order.deadline_time:
            act(work, visit)
        elif due is not None:
            work.set_timer(timer.key, due, visit.order.deadline_time, timer.payload)

    return handle


def _is_free(work: Work, table: str, name: str) -> bool:
    sql = {
        "incidents": "SELECT 1 AS one FROM incidents WHERE name = %s FOR UPDATE SKIP LOCKED",
        "orders": "SELECT 1 AS one FROM orders WHERE name = %s FOR UPDATE SKIP LOCKED",
    }
    return work.one(sql[table], [name]) is not None


def _again(work: Work, timer: Timer) -> None:
    work.set_timer(timer.key, timer.kind, work.now + AGAIN, timer.payload)


TIMERS: dict[str, TimerHandler] = {
    incident_keeping.DEADLINE: on_incident_deadline,
    incident_keeping.LADDER: on_ladder,
    incident_keeping.DESK_PAGE: on_desk_page,
    RING: _of_order(RING, _search),
    VISIT: _of_order(VISIT, visit_overdue),
    CONFIRM: _of_order(CONFIRM, confirm_by_timer),
}
