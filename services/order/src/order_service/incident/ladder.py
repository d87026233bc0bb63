"""The effect `start_ladder`: notify is asked to start the ladder of an incident whose event it did not see in time."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import structlog
from prometheus_client import Counter

from chassis.clock import monotonic
from chassis.effects import Effect, Outcome
from chassis.work import Work
from order_service.incident.domain.incident import Incident
from order_service.incident.keeping import ladder_runs
from order_service.incident.store import ladder_is_needed

log = structlog.get_logger(__name__)

START_LADDER = "start_ladder"
# After notify did not answer, others wait this long instead of each finding out for itself.
BREATHE_S = 1.0
HAND_OVERS = Counter("eldercare_order_ladder_hand_overs_total", "Ladders started by rpc, as the event had not")
_DELAYS = (5.0, 10.0, 20.0)

Transaction = Callable[[], AbstractContextManager[Work]]
# Sends the request; returns why not, or nothing.
Send = Callable[[Mapping[str, Any], datetime], str]


def effect_key(incident: str) -> str:
    return f"ladder:{incident}"


def ladder_request(incident: Incident, alarm_kind: str, receive_time: datetime, event_id: str) -> dict[str, Any]:
    """The facts of IncidentOpened; its id is what makes a second start the first one."""
    return {
        "request_id": event_id,
        "incident": incident.name,
        "person": incident.person,
        "place": incident.place,
        "region": incident.region,
        "alarm_kind": alarm_kind,
        "urgency": incident.urgency.value,
        "number": incident.number,
        "alarm_receive_time": receive_time.isoformat(),
        "archived": incident.archived,
    }


class LadderStart:
    """Asked until it runs or the incident is closed; notify starts one ladder an incident however often it is asked."""

    attempts: int | None = None

    def __init__(self, transaction: Transaction, send: Send) -> None:
        self._transaction, self._send = transaction, send
        self._silent_until = 0.0

    def delay(self, attempt: int) -> float:
        return _DELAYS[min(attempt, len(_DELAYS)) - 1]

    def call(self, effect: Effect) -> Outcome:
        with self._transaction() as work:
            if not ladder_is_needed(work, effect.request["incident"]):
                return Outcome.done(needed=False)
        if monotonic() < self._silent_until:
            return Outcome.later("notify does not answer")
        reason = self._send(effect.request, datetime.fromisoformat(effect.request["alarm_receive_time"]))
        if reason:
            self._silent_until = monotonic() + BREATHE_S
            return Outcome.later(reason)
        return Outcome.done(needed=True)

    def ask(self, effect: Effect) -> Outcome | None:
        return None

    def settle(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        if outcome.state == "done" and outcome.detail["needed"]:
            ladder_runs(work, effect.request["incident"])
            HAND_OVERS.inc()
            log.info("ladder.handed_over", incident=effect.request["incident"], attempt=effect.attempt)
