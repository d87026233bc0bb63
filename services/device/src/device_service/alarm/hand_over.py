"""When order has not answered: ask it, again and again, and tell the duty desk past everyone."""

from datetime import UTC
from typing import Any

from prometheus_client import Counter

from chassis.paging import Occasion, Page, page
from chassis.timers import Timer
from chassis.work import Work
from device_service.adapters.alarm_kinds import Subject, spec_of
from device_service.alarm import store
from device_service.alarm.domain import DESK_AFTER
from device_service.alarm.store import Alarm
from device_service.alarm.use_cases import DESK_PAGE, HAND_OVER
from device_service.contract import duty_desk_paged

OPEN_INCIDENT = "open_incident"
NO_INCIDENT = "no_incident"
CALL_TIMEOUT_S = 2.0
HAND_OVERS = Counter("eldercare_device_hand_overs_total", "Alarms order was asked about, as no incident had answered")


def ask_for_incident(work: Work, timer: Timer) -> None:
    """Two seconds without an answer: the event may be stuck anywhere, so order is called."""
    alarm = store.find_alarm(work, timer.payload["alarm"])
    if alarm is None or alarm.handed_over_to:
        return
    HAND_OVERS.inc()
    work.request_effect(f"{OPEN_INCIDENT}:{alarm.name}", OPEN_INCIDENT, _facts(alarm), timeout_s=CALL_TIMEOUT_S)
    if spec_of(alarm.kind).subject is Subject.PERSON:
        work.set_timer(f"{DESK_PAGE}:{alarm.name}", DESK_PAGE, alarm.receive_time + DESK_AFTER, {"alarm": alarm.name})


def page_duty_desk(work: Work, timer: Timer) -> None:
    """Half a minute without an incident: a human is told, whatever is broken between us and order."""
    alarm = store.find_alarm(work, timer.payload["alarm"])
    if alarm is None or alarm.handed_over_to:
        return
    page(
        work,
        alarm.name,
        reason=NO_INCIDENT,
        region=alarm.region,
        alarm=alarm.name,
        kind=alarm.kind,
        cell=alarm.cell,
        receive_time=alarm.receive_time.astimezone(UTC).isoformat(),
    )


def _is_nobodys(work: Work, told: Page) -> bool:
    alarm = store.find_alarm(work, told["alarm"])
    return alarm is not None and not alarm.handed_over_to


def _paged(work: Work, told: Page) -> None:
    store.save_desk_page(work, told["alarm"])
    paged = duty_desk_paged(told["alarm"], told["region"], work.now)
    work.publish(paged, aggregate=told["alarm"], region=told["region"])


def find_forgotten(work: Work) -> int:
    """The auditor: an alarm nobody has, and nothing left that would hand it over, is handed over again."""
    forgotten = store.forgotten_alarms(work)
    for alarm in forgotten:
        work.run("DELETE FROM effects WHERE key = %s AND settled_at IS NOT NULL", [f"{OPEN_INCIDENT}:{alarm.name}"])
        work.set_timer(f"{HAND_OVER}:{alarm.name}", HAND_OVER, work.now, {"alarm": alarm.name})
    return len(forgotten)


def _facts(alarm: Alarm) -> dict[str, Any]:
    return {
        "request_id": alarm.event_id,
        "alarm": alarm.name,
        "device": alarm.device,
        "person": alarm.person,
        "place": alarm.place,
        "region": alarm.region,
        "cell": alarm.cell,
        "kind": alarm.kind,
        "event_time": alarm.event_time.isoformat(),
        "receive_time": alarm.receive_time.isoformat(),
        "archived": alarm.archived,
        "quality": alarm.quality,
        "correlation": str(alarm.correlation),
    }


TIMERS = {HAND_OVER: ask_for_incident, DESK_PAGE: page_duty_desk}
PAGES = {NO_INCIDENT: Occasion(is_needed=_is_nobodys, taken=_paged)}
