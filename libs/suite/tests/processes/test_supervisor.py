"""Many children as one: all ready or none, watched, and stopped in the reverse order."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from suite.processes import Process, ProcessDied, Supervisor

Child = Callable[..., Process]
Eventually = Callable[[Callable[[], object]], None]

SAYS_WHEN_IT_STOPS = """
    import signal, sys, time
    def stop(*_):
        open("order", "a").write(sys.argv[0] + NAME + " ")
        sys.exit(0)
    signal.signal(signal.SIGTERM, stop)
    open(NAME, "w").close()
    time.sleep(600)
"""


def said(told: list[str], deaths: int) -> bool:
    return len(told) == deaths


def named(child: Child, tmp_path: Path, name: str) -> Process:
    lines = SAYS_WHEN_IT_STOPS.replace("sys.argv[0] + NAME", repr(name)).replace("NAME", repr(f"{name}.up"))
    return child(lines, name, ready=(tmp_path / f"{name}.up").exists)


def test_all_are_ready_and_stopped_last_started_first(child: Child, tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        supervisor.start([named(child, tmp_path, name) for name in ("device", "order", "notify")])
        assert all(process.running for process in supervisor.processes)
    assert (tmp_path / "order").read_text().split() == ["notify", "order", "device"]


def test_one_that_fails_to_start_stops_the_others(child: Child, tmp_path: Path) -> None:
    well, unwell = (
        named(child, tmp_path, "device"),
        child("raise SystemExit('no database')", "order", ready=lambda: False),
    )
    with Supervisor() as supervisor:
        with pytest.raises(ProcessDied, match="no database"):
            supervisor.start([well, unwell])
        assert not well.running


def test_a_death_is_noticed_and_told(child: Child, tmp_path: Path) -> None:
    told: list[str] = []
    with Supervisor(on_death=lambda process: told.append(process.name)) as supervisor:
        processes = [named(child, tmp_path, name) for name in ("device", "order")]
        supervisor.start(processes)
        assert processes[1]._child is not None
        processes[1]._child.kill()
        dead = supervisor.wait_for_death(timeout=30)
        assert dead is processes[1]
    assert told == ["order"]


def test_a_stop_that_was_asked_for_is_no_death(child: Child, tmp_path: Path) -> None:
    told: list[str] = []
    with Supervisor(on_death=lambda process: told.append(process.name)) as supervisor:
        first, second = (named(child, tmp_path, name) for name in ("device", "order"))
        supervisor.start([first, second])
        first.stop()
        second.kill()
        assert supervisor.wait_for_death(timeout=0.5) is None
    assert told == []


def test_one_that_was_started_again_is_watched_again(child: Child, tmp_path: Path, eventually: Eventually) -> None:
    told: list[str] = []
    with Supervisor(on_death=lambda process: told.append(process.name)) as supervisor:
        process = named(child, tmp_path, "device")
        supervisor.start([process])
        for deaths in (1, 2):
            assert process._child is not None
            process._child.kill()
            eventually(partial(said, told, deaths))
            process.restart()
            eventually(lambda: supervisor.wait_for_death(timeout=0) is None)
    assert told == ["device", "device"]


def test_lines_are_passed_on_with_the_name_of_who_spoke(child: Child, tmp_path: Path, eventually: Eventually) -> None:
    lines: list[str] = []
    with Supervisor(stream=lines.append) as supervisor:
        supervisor.start(
            [
                child("import time; print('alarm raised'); time.sleep(600)", "device"),
                child("import time; print('订单 placed'); time.sleep(600)", "order"),
            ]
        )
        eventually(lambda: len(lines) == 2)
    assert sorted(lines) == ["device | alarm raised", "order | 订单 placed"]
