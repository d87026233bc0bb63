"""Alarms: raised in the transaction that stores their frame, handed over to whoever opens the incident."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis.cells import cell_of
from chassis.ids import uuid7
from chassis.trace import current_traceparent, span
from chassis.work import Context, Work
from device_service import contract
from device_service.adapters.alarm_kinds import spec_of
from device_service.adapters.events import Alarm as AlarmBody
from device_service.adapters.events import Event
from device_service.alarm import store
from device_service.alarm.domain import HAND_OVER_AFTER, LastPlace, cell_to_tell
from device_service.alarm.store import Alarm
from device_service.frame.sealing import Keys, write_position
from device_service.frame.speaking import Speaking

HAND_OVER = "hand-over"
DESK_PAGE = "desk-page"
ANY_DEVICE = "0000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """The frame that raises the alarms, and who wore the device then."""

    frame: UUID
    device: Speaking
    holder: str
    receive_time: datetime
    correlation: UUID


def raise_alarms(work: Work, keys: Keys, by: Raised, events: Sequence[Event]) -> tuple[str, ...]:
    """One alarm a set bit, most urgent first; each will be handed over even when nobody listens to events."""
    ordered = sorted(events, key=lambda event: spec_of(_kind(event)).urgency)
    with span("frame", device=by.device.name):
        before, work.context = work.context, _context(by)
        raised = tuple(_raise(work, keys, by, event) for event in ordered)
        work.context = before
    return raised


def take_hand_over(work: Work, alarm: str, to: str) -> None:
    """The incident or task exists: nobody needs to be asked or paged any more. In any order, any number of times."""
    work.cancel_timer(f"{HAND_OVER}:{alarm}")
    work.cancel_timer(f"{DESK_PAGE}:{alarm}")
    store.save_hand_over(work, alarm, to)


def _context(by: Raised) -> Context:
    return Context(
        correlation=str(by.correlation),
        causation=f"frames/{by.frame}",
        actor=by.device.name,
        region=by.device.region,
        person=by.holder,
        traceparent=current_traceparent(),
    )


def _raise(work: Work, keys: Keys, by: Raised, event: Event) -> str:
    alarm = _alarm(keys, by, event)
    told = work.publish(contract.alarm_raised(alarm), aggregate=alarm.name)
    store.insert_alarm(work, replace(alarm, event_id=told))
    work.set_timer(f"{HAND_OVER}:{alarm.name}", HAND_OVER, by.receive_time + HAND_OVER_AFTER, {"alarm": alarm.name})
    return alarm.name


def _alarm(keys: Keys, by: Raised, event: Event) -> Alarm:
    name, spec, device = f"alarms/{uuid7()}", spec_of(_kind(event)), by.device
    return Alarm(
        name=name,
        device=device.name,
        frame=by.frame,
        event_id="",
        person=by.holder,
        place=device.place,
        region=device.region,
        cell=_cell(by, event),
        kind=_kind(event),
        scaip_device_type=spec.device_type or ANY_DEVICE,
        scaip_status_code=spec.status_code,
        vendor_code=event.vendor.code,
        event_time=event.event_time if event.device_clock else by.receive_time,
        receive_time=by.receive_time,
        archived=event.archived,
        quality=event.quality,
        correlation=by.correlation,
        position=_position(keys, by, event, name),
    )


def _kind(event: Event) -> str:
    return event.body.alarm if isinstance(event.body, AlarmBody) else ""


def _cell(by: Raised, event: Event) -> str:
    position = event.body.position if isinstance(event.body, AlarmBody) else None
    fix = cell_of(position.lat, position.lon) if position else ""
    device = by.device
    last = LastPlace(cell=device.position_cell, time=device.position_time) if device.position_time else None
    return cell_to_tell(fix, last, device.cell, by.receive_time)


def _position(keys: Keys, by: Raised, event: Event, name: str) -> bytes | None:
    """The fix of the alarm itself, else the last one known; it keeps its own time."""
    fix = event.body.position if isinstance(event.body, AlarmBody) else None
    place = f"alarms.position:{name}"
    if fix:
        return keys.seal(write_position(fix), person=by.holder, place=place)
    if by.device.position is None or by.holder != by.device.person:
        return None
    last = keys.open(by.device.position, person=by.device.person, place=f"device_states.position:{by.device.name}")
    return keys.seal(last, person=by.holder, place=place)
