"""A call for help from an app or page: the elder's own app is a device of theirs, registered by its first press.

So a press without a watch goes the way of every other: stored with what was sent, raised, told, handed over by timer.
"""

import json
from uuid import NAMESPACE_URL, UUID, uuid5

from chassis.ids import uuid7
from chassis.refusal import NotFound
from chassis.seal import Seals
from chassis.work import Work
from device_service.adapters.alarm_kinds import AlarmKind
from device_service.adapters.events import Alarm as AlarmBody
from device_service.adapters.events import Event, VendorCode
from device_service.alarm.store import Alarm, find_alarm
from device_service.alarm.use_cases import Raised, raise_alarms
from device_service.device import store
from device_service.device.domain import Device, Holder
from device_service.device.use_cases import save_device
from device_service.frame.sealing import Keys
from device_service.frame.speaking import Speaking, lock_speaking, save_states
from device_service.frame.store import Frame, insert_frames
from device_service.person.store import Person, hold_person

APP, DECODER = "app", "app/1"


def press_in_app(work: Work, seals: Seals, person: str) -> Alarm:
    """Every press is an alarm of its own; pressed again while help is coming, it joins what is open."""
    known = hold_person(work, person)
    if known is None:
        raise NotFound(person)
    app = _app_of(work, known)
    keys = Keys(work, seals, {person})
    name, correlation = uuid7(), uuid7()
    insert_frames(work, [_frame(work, keys, app, name, correlation)])
    by = Raised(frame=name, device=app, holder=person, receive_time=work.now, correlation=correlation)
    (alarm,) = raise_alarms(work, keys, by, [_pressed(work)])
    app.last_seen_time = work.now
    save_states(work, [app])
    raised = find_alarm(work, alarm)
    if raised is None:
        raise LookupError(alarm)
    return raised


def _app_of(work: Work, person: Person) -> Speaking:
    """Named after the person and the city, so that two first presses at once are of one device. It is the city's: who
    moves within it keeps it, who moves away has another one there."""
    city = "/".join(person.region.split("/")[:2])
    uuid = uuid5(NAMESPACE_URL, f"app of {person.name} in {city}")
    new = Device(name=f"devices/{uuid}", adapter=APP, identity=uuid.hex, vendor="", model="", region=city, options={})
    store.add_device(work, new)
    device = store.lock_device(work, new.name) or new
    device.give(
        Holder(person=person.name, region=person.region, cell=person.home_cell),
        assignment=f"assignments/{uuid7()}",
        now=work.now,
    )
    save_device(work, device)
    return lock_speaking(work, [(APP, uuid.hex)])[APP, uuid.hex]


def _frame(work: Work, keys: Keys, app: Speaking, name: UUID, correlation: UUID) -> Frame:
    """What was sent, as bytes: an app has a frame like a watch has."""
    data = json.dumps({"alarm": AlarmKind.SOS_PRESS, "by": work.context.actor}).encode()
    return Frame(
        id=name,
        device=app.id,
        person=app.person_id,
        receive_time=work.now,
        session=name,
        number=0,
        decoder=DECODER,
        reason="",
        size=len(data),
        correlation=correlation,
        sealed=keys.seal(data, person=app.person, place=f"frames.sealed:{name}"),
    )


def _pressed(work: Work) -> Event:
    return Event(
        body=AlarmBody(alarm=AlarmKind.SOS_PRESS),
        event_time=work.now,
        received_at=work.now,
        vendor=VendorCode(code=str(AlarmKind.SOS_PRESS)),
    )
