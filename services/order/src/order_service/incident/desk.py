"""The effect `page_duty_desk`: the desk's own door, which needs nothing of notify. One page an incident."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any, Protocol

import structlog

from chassis.effects import Effect, Outcome
from chassis.work import Work
from order_service.incident.domain.incident import Incident
from order_service.incident.store import first_alarm_of

log = structlog.get_logger(__name__)

PAGE_DUTY_DESK = "page_duty_desk"


def page_desk(work: Work, incident: Incident) -> None:
    """Nobody is known to have been called, or whoever was called does nothing."""
    alarm, receive_time = first_alarm_of(work, incident.name)
    page = {
        "alarm": alarm,
        "incident": incident.name,
        "kind": incident.kind,
        "region": incident.region,
        "receive_time": receive_time.astimezone(UTC).isoformat(),
    }
    work.request_effect(f"{PAGE_DUTY_DESK}:{incident.name}", PAGE_DUTY_DESK, page)


class Door(Protocol):
    def post(self, key: str, told: Mapping[str, Any]) -> Outcome: ...


class PageDutyDesk:
    """The same key with every try: a desk that got it twice shows it once."""

    attempts: int | None = None

    def __init__(self, door: Door) -> None:
        self._door = door

    def delay(self, attempt: int) -> float:
        return min(30.0, 2.0**attempt)

    def ask(self, effect: Effect) -> Outcome | None:
        return None

    def call(self, effect: Effect) -> Outcome:
        return self._door.post(effect.key, effect.request)

    def settle(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        log.warning("desk.paged", incident=effect.request["incident"], attempt=effect.attempt)
