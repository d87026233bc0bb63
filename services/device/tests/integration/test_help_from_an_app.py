"""Without a watch: an elder's own app calls for help, and its press goes the way of every other."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from chassis.rpc.client import Refused
from chassis.seal import Seals
from chassis.work import Caller
from device_service.alarm.hand_over import TIMERS
from eldercare.device.v1.device_service_pb2 import ListDevicesRequest, RaiseAlarmRequest
from eldercare.device.v1.device_service_pb2_grpc import DeviceServiceStub
from eldercare.device.v1.events_pb2 import AlarmRaised, DeviceAssigned
from services.device.tests.cast import (
    CITY,
    DAUGHTER_WEN,
    GRANNY_WEN,
    HOME_CELL,
    PLUM_GARDEN,
    UNCLE_BAI,
    dump,
    introduce,
)
from suite.testing import RpcFactory, TestDatabase

ELSEWHERE = "regions/other-city/river-district/bridge-street/old-bridge"
GRANNY = Caller(subject=GRANNY_WEN, roles=("elder",))
As = Callable[[Caller], DeviceServiceStub]


@pytest.fixture
def calling(rpc: RpcFactory, db: TestDatabase) -> As:
    introduce(db, GRANNY_WEN)
    introduce(db, DAUGHTER_WEN, family_of=GRANNY_WEN)
    introduce(db, UNCLE_BAI)
    running = rpc("device", db=db)
    return lambda caller: DeviceServiceStub(running.channel_as(caller))


def press(person: str = GRANNY_WEN) -> RaiseAlarmRequest:
    return RaiseAlarmRequest(request_id=str(uuid4()), person=person)


def test_a_press_is_stored_told_and_will_be_handed_over(db: TestDatabase, calling: As) -> None:
    alarm = calling(GRANNY).RaiseAlarm(press())
    ((envelope, fact),) = db.events(AlarmRaised)
    assert isinstance(fact, AlarmRaised)
    assert (fact.alarm, fact.person, fact.region, fact.cell) == (alarm.name, GRANNY_WEN, PLUM_GARDEN, HOME_CELL)
    assert (fact.kind, alarm.kind) == ("sos_press", "sos_press")
    assert envelope.correlation == alarm.correlation
    (frame,) = db.rows("SELECT decoder, correlation::text FROM frames")
    assert frame == {"decoder": "app/1", "correlation": alarm.correlation}
    db.push_clock(seconds=3)
    assert db.run_timers(TIMERS) == 1


def test_pressing_again_is_another_alarm_of_the_same_app_and_a_repeat_is_none(db: TestDatabase, calling: As) -> None:
    granny, first = calling(GRANNY), press()
    alarms = [granny.RaiseAlarm(request) for request in (first, first, press())]
    assert alarms[0] == alarms[1] != alarms[2]
    assert alarms[0].device == alarms[2].device
    assert len(db.messages(AlarmRaised)) == 2
    (given,) = db.messages(DeviceAssigned)
    assert (given.device, given.person) == (alarms[0].device, GRANNY_WEN)
    desk = calling(Caller(subject="persons/00000000-0000-7000-8000-0000000000aa", roles=(f"operator@{CITY}",)))
    (device,) = desk.ListDevices(ListDevicesRequest(region=CITY)).devices
    assert (device.adapter, device.assignment.person) == ("app", GRANNY_WEN)


def test_an_elder_who_moved_to_another_city_is_heard_there(db: TestDatabase, calling: As) -> None:
    granny = calling(GRANNY)
    granny.RaiseAlarm(press())
    introduce(db, GRANNY_WEN, region=ELSEWHERE, version=2)
    granny.RaiseAlarm(press())
    assert [fact.region for fact in db.messages(AlarmRaised)] == [PLUM_GARDEN, ELSEWHERE]


def test_family_and_the_desk_may_call_for_her_and_nobody_else(calling: As) -> None:
    desk = Caller(subject="persons/00000000-0000-7000-8000-0000000000aa", roles=(f"operator@{PLUM_GARDEN}",))
    for caller in (Caller(subject=DAUGHTER_WEN, roles=(f"family@{GRANNY_WEN}",)), desk):
        assert calling(caller).RaiseAlarm(press()).person == GRANNY_WEN
    for caller, person in ((Caller(subject=UNCLE_BAI, roles=("elder",)), GRANNY_WEN), (GRANNY, f"persons/{uuid4()}")):
        with pytest.raises(Refused) as refused:
            calling(caller).RaiseAlarm(press(person))
        assert refused.value.reason == "NOT_FOUND"


def test_who_pressed_is_sealed_with_the_elders_key(db: TestDatabase, calling: As, seals: Seals) -> None:
    calling(GRANNY).RaiseAlarm(press())
    assert b'"by"' not in dump(db)
    assert b'"by"'.hex().encode() not in dump(db)
