"""Real bytes on real sockets into a real database."""

import pytest

from device_service.device.store import find_device
from eldercare.device.v1.events_pb2 import AlarmRaised, SecondSessionSeen
from services.device.tests.cast import EVERYTHING_AT_ONCE, give_watch, press
from services.device.tests.ingress.port import Line, OpenPort
from suite.simulated_watch import SimulatedWatch
from suite.testing import TestDatabase
from suite.waiting import until


def kinds(db: TestDatabase) -> list[str]:
    return [event.kind for event in db.messages(AlarmRaised) if isinstance(event, AlarmRaised)]


def frames(db: TestDatabase) -> int:
    row = db.connection.execute("SELECT count(*) AS n FROM frames").fetchone()
    assert row is not None
    return int(row["n"])


def test_what_is_answered_is_already_stored(db: TestDatabase, worn: str, line: Line, watch: SimulatedWatch) -> None:
    for number in range(20):
        line.say(watch.lk(steps=number))
        line.listen(number + 1)
        assert frames(db) == number + 1
    with db.work() as work:
        device = find_device(work, worn)
    assert device is not None
    assert device.battery_percent == 80


def test_a_press_a_fall_and_a_low_battery_are_three_alarms_and_one_answer(
    db: TestDatabase, worn: str, line: Line, watch: SimulatedWatch
) -> None:
    line.say(press(watch, db.now(), status=EVERYTHING_AT_ONCE))
    assert line.listen(1) == ["AL"]
    assert kinds(db) == ["sos_press", "fall", "low_power"]


def test_the_answer_speaks_the_dialect_of_the_watch(db: TestDatabase, port: OpenPort) -> None:
    give_watch(db, number="7031234568")
    indexed = SimulatedWatch(number="7031234568", maker="ZJ", index=5)
    with port.line() as line:
        line.say(indexed.lk())
        line.listen(1)
    assert line.heard == b"[ZJ*7031234568*0005*0002*LK]"


def test_bytes_that_come_one_by_one_are_one_frame(
    db: TestDatabase, worn: str, line: Line, watch: SimulatedWatch
) -> None:
    for byte in press(watch, db.now()):
        line.say(bytes([byte]))
    assert line.listen(1) == ["AL"]
    assert kinds(db) == ["sos_press"]


def test_many_frames_in_one_breath_are_answered_in_order(
    db: TestDatabase, worn: str, line: Line, watch: SimulatedWatch
) -> None:
    line.say(*[part for number in range(30) for part in (watch.lk(steps=number), watch.heart(60 + number))])
    line.say(press(watch, db.now()), watch.voice_poll())
    assert line.listen(32) == ["LK"] * 30 + ["AL", "TKQ"]
    assert frames(db) == 62


@pytest.mark.parametrize(("missing", "kind"), [(10, "sos_press"), (60, "generic_alarm")])
def test_half_a_press_before_the_line_breaks_is_an_alarm_without_an_answer(
    *, db: TestDatabase, worn: str, port: OpenPort, watch: SimulatedWatch, missing: int, kind: str
) -> None:
    with port.line() as line:
        line.say(press(watch, db.now())[:-missing])
    until(lambda: kinds(db) == [kind], "the half press is an alarm")
    assert not line.heard


def test_noise_before_a_press_does_not_hide_it(db: TestDatabase, worn: str, line: Line, watch: SimulatedWatch) -> None:
    line.say(b"\x00\xffGET / HTTP/1.1\r\n\r\n", press(watch, db.now()))
    assert line.listen(1) == ["AL"]
    until(
        lambda: db.connection.execute(
            "SELECT 1 AS kept FROM stray_frames WHERE reason = 'NOISE_BETWEEN_FRAMES'"
        ).fetchone(),
        "a sample of the noise is kept",
    )


def test_a_watch_with_two_lines_is_heard_on_both_and_told_of(
    db: TestDatabase, worn: str, port: OpenPort, watch: SimulatedWatch
) -> None:
    now = db.now()
    with port.line() as first, port.line() as second:
        first.say(watch.lk(steps=1))
        first.listen(1)
        second.say(watch.lk(steps=2))
        second.listen(1)
        for line, steps in ((first, 3), (second, 4)):
            line.say(press(watch, now.replace(second=steps)))
            assert line.listen(2)[-1] == "AL"
    assert kinds(db) == ["sos_press", "sos_press"]
    assert len(db.messages(SecondSessionSeen)) == 1


def test_a_line_too_many_costs_the_most_silent_one(
    db: TestDatabase, worn: str, port: OpenPort, watch: SimulatedWatch
) -> None:
    lines = [port.line() for _ in range(4)]
    for steps, line in enumerate(lines):
        line.say(watch.lk(steps=steps))
        line.listen(1)
    assert lines[0].is_closed()
    lines[3].say(press(watch, db.now()))
    assert lines[3].listen(2)[-1] == "AL"
    for line in lines:
        line.close()


def test_a_stranger_is_let_go_without_a_word_and_counted(
    db: TestDatabase, worn: str, port: OpenPort, watch: SimulatedWatch
) -> None:
    stranger = SimulatedWatch(number="9000000009")
    with port.line() as line:
        line.say(press(stranger, db.now()))
        assert line.is_closed()
        assert not line.heard
    row = db.connection.execute("SELECT identity, frame_count FROM unknown_devices").fetchone()
    assert row == {"identity": "9000000009", "frame_count": 1}
    assert kinds(db) == []


def test_a_stranger_who_is_registered_meanwhile_is_heard_at_the_next_call(db: TestDatabase, port: OpenPort) -> None:
    newcomer = SimulatedWatch(number="9000000010")
    with port.line() as line:
        line.say(newcomer.lk())
        assert line.is_closed()
    give_watch(db, number="9000000010")
    with port.line() as line:
        line.say(newcomer.lk())
        assert line.listen(1) == ["LK"]


def test_probes_and_figures_are_served(worn: str, port: OpenPort, line: Line, watch: SimulatedWatch) -> None:
    line.say(watch.lk())
    line.listen(1)
    assert port.probe("/livez") == (200, "ok")
    status, figures = port.probe("/metrics")
    assert status == 200
    assert 'eldercare_device_frames_total{verdict="stored"}' in figures
    assert watch.number not in figures
