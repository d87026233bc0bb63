"""Ingress on a real port over a real database, in a loop of its own; and the lines devices hold to it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from chassis.seal import Seals
from services.device.tests.ingress.port import Line, OpenPort, open_port
from suite.testing import TestDatabase

PortFactory = Callable[..., OpenPort]


@pytest.fixture
def opened(db: TestDatabase, seals: Seals, tmp_path: Path) -> Iterator[PortFactory]:
    """`opened(frames_burst=5)`: a listening ingress with these settings."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(open_port(db, seals, tmp_path, **settings))


@pytest.fixture
def port(opened: PortFactory) -> OpenPort:
    return opened()


@pytest.fixture
def line(port: OpenPort) -> Iterator[Line]:
    with port.line() as connected:
        yield connected
