"""Killed at any point, a timer still fires once, and a call is still made once."""

import subprocess
import sys
from pathlib import Path

import pytest

from libs.chassis.tests import runner_host
from libs.chassis.tests.runner_host import KIND, Outside, made, note
from suite.testing import TestDatabase
from suite.waiting import until


def kill_at(db: TestDatabase, what: str, point: str, calls: Path) -> None:
    command = [sys.executable, "-m", runner_host.__name__, db.urls.app, what, point, str(calls)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.kill()
    gone = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'killed' AND datname = current_database()"
    until(lambda: not db.rows(gone), "the server has seen that it is gone")


def told(db: TestDatabase) -> list[str]:
    return [envelope.aggregate for envelope, _ in db.events()]


@pytest.mark.parametrize("point", ["before", "claimed", "handled", "done"])
def test_a_timer_whose_process_was_killed_fires_once(db: TestDatabase, tmp_path: Path, point: str) -> None:
    with db.work() as work:
        work.set_timer("a", KIND, work.now)
    kill_at(db, "timer", point, tmp_path / "calls")
    db.run_timers({KIND: note})
    assert told(db) == ["timers/a"]


@pytest.mark.parametrize("point", ["before", "claimed", "in call", "called", "in settle", "done"])
def test_a_call_whose_process_was_killed_is_made_once(db: TestDatabase, tmp_path: Path, point: str) -> None:
    calls = tmp_path / "calls"
    with db.work() as work:
        work.request_effect("a", KIND, {}, timeout_s=10)
    kill_at(db, "effect", point, calls)
    db.push_clock(seconds=12)
    db.run_effects({KIND: Outside(calls)})
    assert (made(calls), told(db)) == (["a"], ["effects/a"])
