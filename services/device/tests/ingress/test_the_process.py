"""The process itself: it starts from its environment, and stored what it read before it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.seal import Seals
from eldercare.device.v1.events_pb2 import AlarmRaised
from services.device.tests.cast import press
from services.device.tests.ingress.port import OpenPort, bound, settings_of
from suite.simulated_watch import SimulatedWatch
from suite.testing import TestDatabase

PROCESS = [sys.executable, "-m", "device_service.entrypoints.ingress"]


@pytest.fixture
def process(db: TestDatabase, seals: Seals, tmp_path: Path) -> Iterator[tuple["subprocess.Popen[bytes]", OpenPort]]:
    settings = settings_of(db, seals, tmp_path)
    environ = os.environ | {
        "ELDERCARE_DEVICE_DATABASE_URL": settings.database_url,
        "ELDERCARE_DEVICE_SEAL_KEYS": settings.seal_keys,
        "ELDERCARE_DEVICE_WATCH_ADDRESS": "127.0.0.1:0",
        "ELDERCARE_DEVICE_INGRESS_HEALTH_ADDRESS": settings.health_address,
        "ELDERCARE_DEVICE_READY_FILE": settings.ready_file,
    }
    with subprocess.Popen(PROCESS, env=environ, stderr=subprocess.PIPE) as running:
        try:
            opened = OpenPort(bound(settings), int(settings.health_address.rpartition(":")[2]))
            opened.wait_until_ready()
            yield running, opened
        finally:
            running.kill()


def test_told_to_stop_it_answers_what_it_heard_and_ends_well(
    db: TestDatabase, worn: str, process: tuple["subprocess.Popen[bytes]", OpenPort], watch: SimulatedWatch
) -> None:
    running, port = process
    with port.line() as line:
        line.say(*[watch.lk(steps=steps) for steps in range(50)], press(watch, db.now()))
        line.listen(1)
        running.send_signal(signal.SIGTERM)
        assert line.listen(51)[-1] == "AL"
        assert line.is_closed()
    assert running.wait(timeout=20) == 0
    assert len(db.messages(AlarmRaised)) == 1


def test_killed_in_mid_sentence_nothing_answered_is_lost(
    db: TestDatabase, worn: str, process: tuple["subprocess.Popen[bytes]", OpenPort], watch: SimulatedWatch
) -> None:
    running, port = process
    with port.line() as line:
        line.say(*[watch.lk(steps=steps) for steps in range(200)])
        line.listen(20)
        running.kill()
        running.wait()
        answered = line.answers()
    row = db.connection.execute("SELECT count(*) AS n FROM frames").fetchone()
    assert row is not None
    assert row["n"] >= len(answered)


def test_its_log_names_no_watch_and_no_place(
    db: TestDatabase, worn: str, process: tuple["subprocess.Popen[bytes]", OpenPort], watch: SimulatedWatch
) -> None:
    running, port = process
    stranger = SimulatedWatch(number="9000000009")
    with port.line() as line:
        line.say(press(watch, db.now()))
        line.listen(1)
    with port.line() as line:
        line.say(press(stranger, db.now()))
        assert line.is_closed()
    running.send_signal(signal.SIGTERM)
    _, log = running.communicate(timeout=20)
    assert b"ingress.listening" in log
    assert b"session.cut" in log
    for secret in (watch.number.encode(), stranger.number.encode(), b"30.25"):
        assert secret not in log


def test_a_missing_setting_is_named_and_ends_it() -> None:
    bare = {"PATH": os.environ["PATH"]}
    done = subprocess.run(PROCESS, env=bare, capture_output=True, timeout=60, check=False)
    assert done.returncode != 0
    assert b"ELDERCARE_DEVICE_DATABASE_URL" in done.stderr
    assert b"ELDERCARE_DEVICE_SEAL_KEYS" in done.stderr
