"""Who speaks without being registered is counted and shown, never answered."""

from chassis.seal import Seals
from device_service.frame.received import Stray, Verdict
from device_service.frame.unknown import KEPT_OF_EACH, keep_stray, list_unknown
from eldercare.device.v1.events_pb2 import AlarmRaised
from services.device.tests.cast import NUMBER, Wire, dump, press, register_watch
from suite.simulated_watch import SimulatedWatch
from suite.testing import TestDatabase


def test_a_stranger_is_counted_and_hears_nothing(db: TestDatabase, wire: Wire, watch: SimulatedWatch) -> None:
    (stored,) = wire.say(press(watch, db.now()))
    assert (stored.verdict, stored.replies) == (Verdict.UNKNOWN, ())
    assert db.messages(AlarmRaised) == []
    with db.work() as work:
        (unknown,) = list_unknown(work, before=None, limit=10)
    assert (unknown.adapter, unknown.identity, unknown.frame_count) == ("watch", NUMBER, 1)


def test_a_stranger_who_never_stops_fills_nothing(db: TestDatabase, wire: Wire, watch: SimulatedWatch) -> None:
    for round_ in range(3):
        wire.say(*[watch.heart(50 + beat + round_) for beat in range(15)])
    assert db.connection.execute("SELECT count(*) AS n FROM stray_frames").fetchone() == {"n": KEPT_OF_EACH}
    with db.work() as work:
        (unknown,) = list_unknown(work, before=None, limit=10)
    assert unknown.frame_count == 45


def test_what_a_stranger_said_can_be_read_again_by_the_service_alone(
    db: TestDatabase, seals: Seals, wire: Wire, watch: SimulatedWatch
) -> None:
    wire.say(watch.lk(steps=77))
    row = db.connection.execute("SELECT id, sealed FROM stray_frames").fetchone()
    assert row is not None
    assert seals.open(row["sealed"], place=f"stray_frames.sealed:{row['id']}") == watch.lk(steps=77)
    assert watch.lk(steps=77).hex().encode() not in dump(db)


def test_strangers_and_the_registered_share_a_batch_without_harm(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    verdicts = [stored.verdict for stored in wire.say(SimulatedWatch(number="9000000009").lk(), watch.lk())]
    assert verdicts == [Verdict.UNKNOWN, Verdict.STORED]


def test_registering_takes_it_off_the_list(db: TestDatabase, wire: Wire, watch: SimulatedWatch) -> None:
    wire.say(watch.lk())
    register_watch(db)
    with db.work() as work:
        assert list_unknown(work, before=None, limit=10) == []
    assert [stored.verdict for stored in wire.say(watch.lk())] == [Verdict.STORED]


def test_strangers_are_listed_newest_first_and_page_by_page(db: TestDatabase, seals: Seals) -> None:
    for number in ("9000000001", "9000000002", "9000000003"):
        Wire(db=db, seals=seals).say(SimulatedWatch(number=number).lk())
        db.push_clock(seconds=1)
    with db.work() as work:
        first = list_unknown(work, before=None, limit=2)
        last = first[-1]
        rest = list_unknown(work, before=(last.last_seen_time, last.adapter, last.identity), limit=2)
    assert [each.identity for each in (*first, *rest)] == ["9000000003", "9000000002", "9000000001"]


def test_noise_is_kept_as_a_sample(db: TestDatabase, seals: Seals) -> None:
    with db.work() as work:
        keep_stray(work, seals, Stray(adapter="watch", identity="", reason="NOISE_BETWEEN_FRAMES", data=b"x" * 100_000))
    row = db.connection.execute("SELECT size, length(sealed) < 5000 AS is_short FROM stray_frames").fetchone()
    assert row == {"size": 100_000, "is_short": True}
