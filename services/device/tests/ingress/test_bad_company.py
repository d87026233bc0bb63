"""Floods, garbage and lines that never read: cut or limited, and nobody else notices."""

import pytest

from eldercare.device.v1.events_pb2 import AlarmRaised
from services.device.tests.cast import press
from services.device.tests.ingress.conftest import PortFactory
from services.device.tests.ingress.port import Line, OpenPort
from suite.simulated_watch import SimulatedWatch
from suite.testing import TestDatabase
from suite.waiting import until

MEGABYTE = 1024 * 1024


def pour(line: Line, piece: bytes, times: int) -> bool:
    """False when the other side closed before all was said."""
    try:
        for _ in range(times):
            line.say(piece)
    except (ConnectionError, TimeoutError):
        return False
    return True


@pytest.mark.parametrize(
    "piece",
    [b"\xde\xad\xbe\xef" * 4096, b"[3G*7031234567*FFFF*" + b"a" * 16_000, b"[" * 16_384, b"[3G*7031234567*0002*" * 800],
    ids=["noise", "one frame without an end", "brackets", "headers"],
)
def test_ten_megabytes_of_garbage_are_cut_and_the_next_watch_is_heard(
    db: TestDatabase, worn: str, port: OpenPort, watch: SimulatedWatch, piece: bytes
) -> None:
    with port.line() as noisy:
        pour(noisy, piece, 10 * MEGABYTE // len(piece))
    with port.line() as line:
        line.say(press(watch, db.now()))
        assert line.listen(1) == ["AL"]
    assert len(db.messages(AlarmRaised)) == 1
    assert port.probe("/livez") == (200, "ok")


def test_garbage_is_cut_long_before_ten_megabytes(worn: str, port: OpenPort) -> None:
    with port.line() as noisy:
        assert not pour(noisy, b"\x00\x01\x02\x03" * 16_384, 160) or noisy.is_closed()
    figures = port.probe("/metrics")[1]
    assert 'eldercare_device_sessions_cut_total{reason="GARBAGE"}' in figures


def test_a_frame_of_ten_megabytes_is_no_frame_and_the_watch_still_gets_through(
    db: TestDatabase, worn: str, port: OpenPort, watch: SimulatedWatch
) -> None:
    with port.line() as line:
        pour(line, b"[3G*7031234567*FFFF*TK," + b"x" * (10 * MEGABYTE) + b"]", 1)
    with port.line() as line:
        line.say(press(watch, db.now()))
        assert line.listen(1) == ["AL"]


def test_a_flood_is_limited_and_an_alarm_in_it_never_is(
    db: TestDatabase, worn: str, opened: PortFactory, watch: SimulatedWatch
) -> None:
    port = opened(frames_burst=10, frames_per_s=0.0)
    at = db.now()
    with port.line() as line:
        line.say(*[watch.lk(steps=steps) for steps in range(50)], press(watch, at), watch.lk(steps=99))
        assert line.listen(11) == ["LK"] * 10 + ["AL"]
    with port.line() as line:
        line.say(watch.lk(steps=100), press(watch, at.replace(microsecond=0, second=at.second // 2)))
        assert line.listen(1) == ["AL"]
    assert len(db.messages(AlarmRaised)) == 2


def test_a_line_that_never_says_who_it_is_is_closed(worn: str, opened: PortFactory) -> None:
    port = opened(hello_s=0.2)
    with port.line() as line:
        assert line.is_closed()


def test_a_watch_that_fell_silent_is_closed(worn: str, opened: PortFactory, watch: SimulatedWatch) -> None:
    port = opened(hello_s=3.0, idle_s=0.5)
    with port.line() as line:
        line.say(watch.lk())
        line.listen(1)
        assert line.is_closed()


def test_when_there_are_too_many_lines_the_newcomer_is_closed(
    worn: str, opened: PortFactory, watch: SimulatedWatch
) -> None:
    port = opened(connections=1)
    with port.line() as first:
        first.say(watch.lk())
        first.listen(1)
        with port.line() as second:
            assert second.is_closed()
        first.say(watch.lk(steps=5))
        assert first.listen(2) == ["LK", "LK"]


def test_a_line_that_never_reads_is_cut(
    db: TestDatabase, worn: str, opened: PortFactory, watch: SimulatedWatch
) -> None:
    """Its unread answers must not pile up with us."""
    port = opened(frames_burst=10_000_000)
    with port.line(receive_buffer=4096) as deaf:
        pour(deaf, watch.lk() * 100, 300)
        until(lambda: 'reason="NEVER_READS"' in port.probe("/metrics")[1], "the deaf line is cut")
