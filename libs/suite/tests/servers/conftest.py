"""One set of private servers for these tests, and a way to await what must become true."""

import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from suite.servers import Servers, start_servers

Eventually = Callable[[Callable[[], object]], None]


@pytest.fixture(scope="session")
def eventually() -> Eventually:
    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, "it did not become true"
            time.sleep(0.05)

    return wait


@pytest.fixture(scope="session")
def run_dirs() -> Iterator[Callable[[str], Path]]:
    """Folders for runs that any user may enter, removed at the end."""
    parent = Path(tempfile.mkdtemp(prefix="eldercare-test-"))
    parent.chmod(0o755)

    def make(name: str) -> Path:
        return parent / name

    yield make
    shutil.rmtree(parent)


@pytest.fixture(scope="session")
def servers(run_dirs: Callable[[str], Path]) -> Iterator[Servers]:
    with start_servers(run_dirs("shared"), durable=False, ways=("binary",)) as running:
        yield running


@pytest.fixture
def python() -> Callable[[str], None]:
    """Runs lines in a program of its own, however it ends."""

    def run(lines: str) -> None:
        subprocess.run([sys.executable, "-c", textwrap.dedent(lines)], check=False)

    return run
