"""Frames, observations and what the device was last seen as, in one transaction."""

from datetime import timedelta

from chassis.seal import Seals, decrypt
from chassis.subject_keys import keys_for, open_for
from device_service.device.store import find_device
from device_service.device.use_cases import assign_device
from device_service.frame.received import Verdict
from device_service.frame.speaking import uuid_of
from device_service.observation.store import list_observations
from eldercare.device.v1.events_pb2 import AlarmRaised
from services.device.tests.cast import (
    GRANNY_WEN,
    NUMBER,
    PARK,
    UNCLE_BAI,
    Wire,
    dump,
    give_watch,
    introduce,
    press,
    register_watch,
)
from suite.simulated_watch import SimulatedWatch
from suite.testing import TestDatabase


def test_a_keep_alive_is_stored_and_only_then_has_an_answer(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    (stored,) = wire.say(watch.lk(steps=1200, battery=64))
    assert stored.verdict is Verdict.STORED
    assert stored.replies == (b"[3G*7031234567*0002*LK]",)
    with db.work() as work:
        device = find_device(work, worn)
    assert device is not None
    assert device.battery_percent == 64
    assert device.last_seen_time is not None
    assert db.connection.execute("SELECT count(*) AS n FROM frames").fetchone() == {"n": 1}


def test_a_raw_frame_is_sealed_with_the_wearers_own_key(
    db: TestDatabase, worn: str, seals: Seals, wire: Wire, watch: SimulatedWatch
) -> None:
    frame = watch.position(PARK, db.now())
    wire.say(frame)
    with db.work() as work:
        row = work.one("SELECT id, sealed FROM frames")
        assert row is not None
        place = f"frames.sealed:{row['id']}"
        assert open_for(work, seals, subject=GRANNY_WEN, sealed=row["sealed"], place=place) == frame


def test_the_frame_of_a_watch_nobody_wears_is_sealed_with_the_services_key(
    db: TestDatabase, seals: Seals, wire: Wire, watch: SimulatedWatch
) -> None:
    register_watch(db)
    wire.say(watch.lk())
    with db.work() as work:
        row = work.one("SELECT id, sealed, person FROM frames")
    assert row is not None
    assert row["person"] is None
    assert seals.open(row["sealed"], place=f"frames.sealed:{row['id']}") == watch.lk()


def test_a_stolen_backup_shows_no_place_and_no_frame(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    now = db.now()
    wire.say(watch.position(PARK, now), press(watch, now), watch.say("TK,a made-up voice"))
    stolen = dump(db)
    for secret in (
        b"30.25",
        b"120.16",
        f"*{NUMBER}*".encode(),
        watch.position(PARK, now),
        b"a made-up voice",
    ):
        assert secret not in stolen
        assert secret.hex().encode() not in stolen
    assert b"sos_press" in stolen


def test_pulse_and_pressure_of_one_message_are_two_observations_of_the_wearer(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    wire.say(watch.blood_pressure(131, 84, 72))
    with db.work() as work:
        pulse, pressure = list_observations(work, uuid_of(GRANNY_WEN), before=None, limit=10)
    assert (pulse.code, pulse.value, pulse.unit, pulse.quality) == ("8867-4", 72.0, "/min", "valid")
    assert (pressure.code, pressure.value) == ("85354-9", None)
    assert [part["value"] for part in pressure.components] == [131.0, 84.0]
    assert {pulse.device, pressure.device} == {worn}


def test_many_frames_of_one_batch_keep_their_order(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    wire.say(*[watch.heart(60 + beat) for beat in range(40)])
    with db.work() as work:
        read = list_observations(work, uuid_of(GRANNY_WEN), before=None, limit=100)
    assert [each.value for each in read] == [float(99 - beat) for beat in range(40)]


def test_a_watch_that_thinks_it_is_1970_or_2036_is_believed_in_nothing_but_its_measurement(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    lost, ahead = (db.now().replace(year=year) for year in (1970, 2036))
    wire.say(press(watch, lost), press(watch, ahead))
    raised = [event for event in db.messages(AlarmRaised) if isinstance(event, AlarmRaised)]
    assert [event.event_time.ToDatetime().year for event in raised] == [1970, 2036]
    assert [event.quality for event in raised] == ["suspect", "suspect"]
    assert all(
        abs(event.receive_time.ToDatetime(tzinfo=db.now().tzinfo) - db.now()) < timedelta(minutes=1) for event in raised
    )


def test_what_cannot_be_read_is_kept_with_the_reason_and_gets_no_answer(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    wire.say(watch.lk())
    broken = wire.read(b"[3G*no number at all*0002*LK]")
    (stored,) = wire.store([broken])
    assert stored.replies == ()
    row = db.connection.execute("SELECT reason FROM frames WHERE reason <> ''").fetchone()
    assert row == {"reason": broken.reason}


def test_the_model_of_a_watch_decides_what_its_bits_mean_from_the_first_frame(
    db: TestDatabase, wire: Wire, watch: SimulatedWatch
) -> None:
    register_watch(db, options={"bit_22": "vital_out_of_range"})
    wire.say(watch.alarm(0x0040_0000, PARK, db.now()))
    assert [event.kind for event in db.messages(AlarmRaised)] == ["vital_out_of_range"]


def test_a_backlog_older_than_the_assignment_belongs_to_who_wore_the_watch_then(
    db: TestDatabase, seals: Seals, watch: SimulatedWatch
) -> None:
    name = give_watch(db, UNCLE_BAI)
    then = db.now()
    db.push_clock(hours=5)
    introduce(db, GRANNY_WEN)
    with db.work() as work:
        assign_device(work, name, person=GRANNY_WEN, place="")
    db.push_clock(hours=1)
    Wire(db=db, seals=seals).say(watch.stored_position(PARK, then + timedelta(minutes=5), status=0x0001_0000))
    (raised,) = db.messages(AlarmRaised)
    assert isinstance(raised, AlarmRaised)
    assert (raised.person, raised.archived) == (UNCLE_BAI, True)


def test_erasing_a_key_leaves_figures_and_nothing_to_read(
    db: TestDatabase, worn: str, seals: Seals, wire: Wire, watch: SimulatedWatch
) -> None:
    wire.say(watch.heart(71))
    with db.work() as work:
        key = keys_for(work, seals, {GRANNY_WEN})[GRANNY_WEN]
        row = work.one("SELECT id, sealed FROM frames")
    assert row is not None
    assert decrypt(key, row["sealed"], f"frames.sealed:{row['id']}") == watch.heart(71)
