"""When the program that started them is killed, its children go too: by the kernel, and by a guard."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from suite.processes import proc

Box = Callable[[str], subprocess.Popen[bytes]]
Eventually = Callable[[Callable[[], object]], None]

CHILD = """
    import sys
    from pathlib import Path
    from suite.processes import Process

    folder = Path({folder!r})
    lines = {lines!r}
    process = Process("child", [sys.executable, "-c", lines], None, folder / "child.log", cwd=folder, run_dir=folder)
    process.start()
    {then}
"""
WAITS = "import os, time; open(str(os.getpid()) + '.pid', 'w').close(); time.sleep(600)"
STARTS_A_DAEMON = (
    f"import subprocess, sys, time;subprocess.Popen([sys.executable, '-c', {WAITS!r}], start_new_session=True);{WAITS}"
)


def pids(folder: Path) -> list[int]:
    return [int(path.stem) for path in folder.glob("*.pid")]


def none_alive(folder: Path) -> bool:
    return all(proc.look(pid) is None for pid in pids(folder))


def start(box: Box, folder: Path, lines: str, then: str = "") -> subprocess.Popen[bytes]:
    return box(CHILD.format(folder=str(folder), lines=lines, then=then))


def guard_of(folder: Path) -> proc.Seen:
    """The shell that waits beside the box, found by the mark of the box's child."""
    (child,) = (seen for seen in proc.everyone() if f"ELDERCARE_RUN_DIR={folder}".encode() in seen.environment())
    (owner,) = (word.decode().partition("=")[2] for word in child.environment() if word.startswith(b"ELDERCARE_OWNER="))
    (guard,) = (
        seen
        for seen in proc.everyone()
        if seen.name == "sh" and owner.encode() in Path(f"/proc/{seen.pid}/cmdline").read_bytes()
    )
    return guard


def test_a_child_dies_with_its_parent_even_without_the_guard(box: Box, tmp_path: Path, eventually: Eventually) -> None:
    parent = start(box, tmp_path, WAITS)
    eventually(lambda: pids(tmp_path))
    os.kill(guard_of(tmp_path).pid, signal.SIGKILL)
    os.kill(parent.pid, signal.SIGKILL)
    eventually(lambda: none_alive(tmp_path))


@pytest.mark.parametrize("killer", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_what_a_child_started_dies_too(
    killer: signal.Signals, box: Box, tmp_path: Path, eventually: Eventually
) -> None:
    parent = start(box, tmp_path, STARTS_A_DAEMON)
    eventually(lambda: len(pids(tmp_path)) == 2)
    os.kill(parent.pid, killer)
    eventually(lambda: none_alive(tmp_path))


def test_a_frozen_family_dies_too(box: Box, tmp_path: Path, eventually: Eventually) -> None:
    then = "import time\n    while len(list(folder.glob('*.pid'))) < 2: time.sleep(0.01)\n    process.freeze()"
    parent = start(box, tmp_path, STARTS_A_DAEMON, then)
    eventually(lambda: len(pids(tmp_path)) == 2)
    os.kill(parent.pid, signal.SIGKILL)
    eventually(lambda: none_alive(tmp_path))


def test_another_programs_children_are_left_alone(box: Box, tmp_path: Path, eventually: Eventually) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    unlucky = start(box, one, WAITS)
    start(box, two, WAITS)
    eventually(lambda: pids(one) and pids(two))
    os.kill(unlucky.pid, signal.SIGKILL)
    eventually(lambda: none_alive(one))
    assert not none_alive(two)
