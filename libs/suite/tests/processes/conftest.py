"""Children to watch, and a way to await what must become true."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from suite.processes import Process

Eventually = Callable[[Callable[[], object]], None]


@pytest.fixture(scope="session")
def eventually() -> Eventually:
    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline, "it did not become true"
            time.sleep(0.02)

    return wait


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """A child that runs a few lines of Python, in the folder of this test."""
    made: list[Process] = []

    def make(lines: str, name: str = "child", **options: object) -> Process:
        argv = [sys.executable, "-u", "-c", textwrap.dedent(lines)]
        process = Process(name, argv, None, tmp_path / f"{name}.log", cwd=tmp_path, **options)  # type: ignore[arg-type]
        made.append(process)
        return process

    yield make
    for process in made:
        process.kill()


@pytest.fixture
def box() -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """A whole program of its own, to be killed like a box that loses power; it runs until then."""
    made: list[subprocess.Popen[bytes]] = []

    def start(lines: str) -> subprocess.Popen[bytes]:
        program = textwrap.dedent(lines) + "\nimport signal\nsignal.pause()\n"
        made.append(subprocess.Popen([sys.executable, "-u", "-c", program]))
        return made[-1]

    yield start
    for each in made:
        if each.poll() is None:
            os.kill(each.pid, signal.SIGKILL)
        each.wait()
