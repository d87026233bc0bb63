"""Device's own copy of persons: where home is, who is family, and forgetting."""

from datetime import timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.seal import Seals, Unsealable
from chassis.subject_keys import SubjectErased, open_for
from device_service.access import relate
from device_service.alarm.store import find_alarm
from device_service.device.store import find_device
from device_service.frame.received import Verdict
from device_service.frame.sealing import open_position
from device_service.handlers import HANDLERS
from eldercare.device.v1.events_pb2 import AlarmRaised, DeviceAssigned
from eldercare.people.v1.events_pb2 import PersonChanged, PersonErased
from eldercare.people.v1.person_pb2 import ROLE_KIND_FAMILY, Person, Role
from services.device.tests.cast import DAUGHTER_WEN, GRANNY_WEN, HILL, HOME_CELL, PLUM_GARDEN, Wire, introduce, press
from suite.simulated_watch import SimulatedWatch
from suite.testing import TestDatabase


def test_granny_moves_and_her_watch_calls_for_help_to_the_new_home(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    introduce(db, GRANNY_WEN, region=HILL, cell="wtmkr00", version=2)
    wire.say(press(watch, db.now(), fix=None))
    ((envelope, raised),) = db.events(AlarmRaised)
    assert isinstance(raised, AlarmRaised)
    assert (raised.region, raised.cell, envelope.region) == (HILL, "wtmkr00", HILL)


def test_an_old_fact_told_late_moves_nobody_back(db: TestDatabase, worn: str) -> None:
    introduce(db, GRANNY_WEN, region=HILL, version=3)
    introduce(db, GRANNY_WEN, region=PLUM_GARDEN, version=2)
    with db.work() as work:
        relations = relate(work, GRANNY_WEN)
    assert relations is not None
    assert relations.region == HILL


def test_the_daughter_is_family_until_she_is_not(db: TestDatabase, worn: str) -> None:
    introduce(db, DAUGHTER_WEN, family_of=GRANNY_WEN)
    with db.work() as work:
        relations = relate(work, worn)
    assert relations is not None
    assert relations.holders("family") == {DAUGHTER_WEN}
    assert relations.holders("elder") == {GRANNY_WEN}
    end = Timestamp()
    end.FromDatetime(db.now() + timedelta(minutes=5))
    role = Role(kind=ROLE_KIND_FAMILY, object=GRANNY_WEN, end_time=end)
    told = Person(name=DAUGHTER_WEN, region=PLUM_GARDEN, roles=[role], version=2)
    db.deliver(HANDLERS, PersonChanged(person=told), aggregate=DAUGHTER_WEN)
    db.push_clock(minutes=6)
    with db.work() as work:
        relations = relate(work, GRANNY_WEN)
    assert relations is not None
    assert relations.holders("family") == frozenset()


def test_forgetting_granny_leaves_figures_that_belong_to_nobody_readable(
    db: TestDatabase, worn: str, seals: Seals, wire: Wire, watch: SimulatedWatch
) -> None:
    (pressed, _) = wire.say(press(watch, db.now()), watch.heart(74))
    db.deliver(HANDLERS, PersonErased(person=GRANNY_WEN, version=9), aggregate=GRANNY_WEN)
    with db.work() as work:
        alarm = find_alarm(work, pressed.alarms[0])
        assert alarm is not None
        place = f"alarms.position:{alarm.name}"
        assert open_position(work, seals, alarm.position, person=alarm.person, place=place) is None
        frame = work.one("SELECT id, sealed FROM frames LIMIT 1")
        assert frame is not None
        with pytest.raises(SubjectErased):
            open_for(work, seals, subject=GRANNY_WEN, sealed=frame["sealed"], place=f"frames.sealed:{frame['id']}")
        with pytest.raises(Unsealable):
            seals.open(frame["sealed"], place=f"frames.sealed:{frame['id']}")
        assert work.one("SELECT value FROM observations WHERE code = '8867-4'") == {"value": 74.0}
        assert relate(work, GRANNY_WEN) is None


def test_the_watch_of_someone_forgotten_is_nobodys_and_still_works(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    db.deliver(HANDLERS, PersonErased(person=GRANNY_WEN, version=9), aggregate=GRANNY_WEN)
    introduce(db, GRANNY_WEN, version=8)
    with db.work() as work:
        device = find_device(work, worn)
    assert device is not None
    assert device.assignment is None
    given = db.messages(DeviceAssigned)
    assert [event.person for event in given] == [GRANNY_WEN, ""]
    (stored,) = wire.say(press(watch, db.now()))
    assert stored.verdict is Verdict.STORED
    assert [event.person for event in db.messages(AlarmRaised)] == [""]


def test_home_is_known_as_a_cell_and_nothing_finer(db: TestDatabase, worn: str) -> None:
    row = db.connection.execute("SELECT * FROM persons WHERE name = %s", [GRANNY_WEN]).fetchone()
    assert row is not None
    assert row["home_cell"] == HOME_CELL
    assert set(row) == {"name", "region", "home_cell", "version", "erased"}
