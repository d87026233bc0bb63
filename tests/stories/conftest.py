"""A whole suite for stories: real servers, every process, a made-up community."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from suite.box import Box
from suite.journals import Journals
from suite.servers import Servers
from suite.wire import Wire
from tests.support.house import House
from tests.support.suites import a_suite

GATEWAY = True


@pytest.fixture(scope="session")
def wire(servers: Servers) -> Iterator[Wire]:
    """Every process of that suite reaches the broker by this line."""
    with Wire.to(servers.amqp_url) as line:
        yield line


@pytest.fixture(scope="session")
def box(servers: Servers, wire: Wire, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """One suite for all stories that leave it whole."""
    with a_suite(servers, tmp_path_factory.mktemp("box"), "stories", wires={"amqp": wire}) as running:
        yield running


@pytest.fixture
def journals(box: Box) -> Iterator[Journals]:
    """The journals of that suite, with the auditor's eyes."""
    opened = Journals(box.state().auditors)
    yield opened
    opened.close()


@pytest.fixture
def run_dir(box: Box) -> Path:
    return box.place.run_dir


@pytest.fixture
def house(box: Box, journals: Journals, numbers: Iterator[int]) -> Iterator[House]:
    """A household nobody else in this run has used."""
    fresh = House(box, journals, next(numbers))
    fresh.settle_in()
    yield fresh
    fresh.tidy()


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return count()
