"""Every set bit becomes an alarm, once, and each will be handed over."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from chassis.seal import Seals
from device_service.alarm.store import find_alarm
from device_service.frame.received import Verdict
from device_service.frame.sealing import open_position
from eldercare.device.v1.events_pb2 import AlarmRaised, SecondSessionSeen
from services.device.tests.cast import (
    EVERYTHING_AT_ONCE,
    GRANNY_WEN,
    HOME_CELL,
    PARK,
    PARK_CELL,
    PLUM_GARDEN,
    Wire,
    press,
    register_watch,
)
from suite.simulated_watch import SimulatedWatch, Status
from suite.testing import TestDatabase


def raised_in(db: TestDatabase) -> list[AlarmRaised]:
    return [event for event in db.messages(AlarmRaised) if isinstance(event, AlarmRaised)]


def timers_of(db: TestDatabase) -> set[str]:
    return {row["key"] for row in db.connection.execute("SELECT key FROM timers")}


def test_a_press_with_a_fall_and_a_low_battery_is_three_alarms_the_press_first(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    (stored,) = wire.say(press(watch, db.now(), status=EVERYTHING_AT_ONCE))
    raised = raised_in(db)
    assert [event.kind for event in raised] == ["sos_press", "fall", "low_power"]
    assert tuple(event.alarm for event in raised) == stored.alarms
    assert timers_of(db) == {f"hand-over:{event.alarm}" for event in raised}
    due = db.connection.execute("SELECT due_at FROM timers").fetchall()
    received = raised[0].receive_time.ToDatetime(tzinfo=db.now().tzinfo)
    assert {row["due_at"] - received for row in due} == {timedelta(seconds=2)}


def test_alarms_of_one_frame_share_one_story_and_those_of_the_next_press_another(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    now = db.now()
    wire.say(press(watch, now, status=EVERYTHING_AT_ONCE), press(watch, now + timedelta(seconds=9)))
    stories = [envelope.correlation for envelope, _ in db.events(AlarmRaised)]
    assert len(set(stories[:3])) == 1
    assert len(set(stories)) == 2
    assert UUID(stories[0]).version == 7


def test_the_bus_learns_who_and_roughly_where_and_the_exact_place_stays_here(
    db: TestDatabase, worn: str, seals: Seals, wire: Wire, watch: SimulatedWatch
) -> None:
    wire.say(press(watch, db.now()))
    ((envelope, event),) = db.events(AlarmRaised)
    assert isinstance(event, AlarmRaised)
    assert (event.device, event.person, event.region, event.cell) == (worn, GRANNY_WEN, PLUM_GARDEN, PARK_CELL)
    assert (envelope.region, envelope.person, envelope.actor) == (PLUM_GARDEN, GRANNY_WEN, worn)
    assert (event.scaip_device_type, event.scaip_status_code) == ("0003", "0010")
    with db.work() as work:
        alarm = find_alarm(work, event.alarm)
        assert alarm is not None
        assert str(envelope.id) == alarm.event_id
        place = f"alarms.position:{alarm.name}"
        position = open_position(work, seals, alarm.position, person=GRANNY_WEN, place=place)
    assert position is not None
    assert (position["lat"], position["lon"], position["source"]) == (PARK.lat, PARK.lon, "gnss")


def test_a_press_without_a_position_is_told_with_the_place_last_seen(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    wire.say(watch.position(PARK, db.now()))
    db.push_clock(minutes=20)
    wire.say(press(watch, db.now(), fix=None))
    assert [event.cell for event in raised_in(db)] == [PARK_CELL]


def test_a_press_without_any_position_is_told_with_the_home(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    wire.say(press(watch, db.now(), fix=None))
    assert [event.cell for event in raised_in(db)] == [HOME_CELL]


def test_yesterdays_walk_is_not_where_help_is_sent(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    wire.say(watch.position(PARK, db.now()))
    db.push_clock(hours=26)
    wire.say(press(watch, db.now(), fix=None))
    assert [event.cell for event in raised_in(db)] == [HOME_CELL]


def test_the_same_bytes_within_two_minutes_are_one_alarm_and_are_answered_again(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    frame = press(watch, db.now())
    (first,) = wire.say(frame)
    db.push_clock(seconds=119)
    (again,) = wire.say(frame)
    assert (first.verdict, again.verdict) == (Verdict.STORED, Verdict.REPEATED)
    assert again.replies == first.replies != ()
    assert len(raised_in(db)) == 1


def test_the_same_bytes_after_two_minutes_are_a_new_alarm(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    frame = press(watch, db.now())
    wire.say(frame)
    db.push_clock(seconds=121)
    (again,) = wire.say(frame)
    assert again.verdict is Verdict.STORED
    assert len(raised_in(db)) == 2


def test_a_watch_that_repeats_itself_for_hours_does_not_hide_behind_its_repeats(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    frame = press(watch, db.now())
    for _ in range(5):
        wire.say(frame)
        db.push_clock(seconds=60)
    assert len(raised_in(db)) == 3


def test_the_same_bytes_twice_in_one_batch_and_in_two_sessions_are_one_alarm(
    db: TestDatabase, worn: str, seals: Seals, wire: Wire, watch: SimulatedWatch
) -> None:
    frame = press(watch, db.now())
    assert [stored.verdict for stored in wire.say(frame, frame)] == [Verdict.STORED, Verdict.REPEATED]
    other = Wire(db=db, seals=seals, is_second=True)
    assert [stored.verdict for stored in other.say(frame)] == [Verdict.REPEATED]
    assert len(raised_in(db)) == 1


def test_a_second_session_is_told_and_both_may_raise(
    db: TestDatabase, worn: str, seals: Seals, wire: Wire, watch: SimulatedWatch
) -> None:
    now = db.now()
    wire.say(press(watch, now))
    Wire(db=db, seals=seals, is_second=True).say(press(watch, now + timedelta(seconds=1)))
    assert len(raised_in(db)) == 2
    ((envelope, seen),) = db.events(SecondSessionSeen)
    assert isinstance(seen, SecondSessionSeen)
    assert (seen.device, envelope.aggregate, envelope.region) == (worn, worn, PLUM_GARDEN)


def test_a_watch_nobody_wears_still_calls_for_help(db: TestDatabase, wire: Wire, watch: SimulatedWatch) -> None:
    register_watch(db, region=PLUM_GARDEN)
    wire.say(press(watch, db.now()))
    (event,) = raised_in(db)
    assert (event.kind, event.person, event.region) == ("sos_press", "", PLUM_GARDEN)


def test_an_alarm_from_the_backlog_is_late_and_not_lost(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    wire.say(watch.stored_position(PARK, db.now() - timedelta(seconds=1), status=int(Status.SOS)))
    (event,) = raised_in(db)
    assert event.archived
    assert timers_of(db) == {f"hand-over:{event.alarm}"}


def test_a_frame_whose_commit_was_never_heard_of_is_not_raised_again(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    frame = wire.read(press(watch, db.now()))
    wire.store([frame])
    db.push_clock(minutes=10)
    (again,) = wire.store([replace(frame, retried=True)])
    assert again.verdict is Verdict.REPEATED
    assert again.replies == frame.replies
    assert len(raised_in(db)) == 1


@pytest.mark.parametrize("what", ["DELETE FROM alarms", "UPDATE alarms SET kind = 'test_call'", "DELETE FROM frames"])
def test_no_service_can_make_an_alarm_unhappen(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch, what: str
) -> None:
    wire.say(press(watch, db.now()))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.connection.execute(what)
