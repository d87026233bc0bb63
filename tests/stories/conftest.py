"""A whole suite for stories: real servers, every process, a made-up community."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from suite.box import Box, BoxPlace
from suite.journals import Journals
from suite.seed import seed
from suite.servers import Servers


@pytest.fixture(scope="session")
def box(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """One suite for all stories that leave it whole."""
    place = BoxPlace(run_dir=tmp_path_factory.mktemp("box"), prefix="stories_", vhost="stories")
    with Box(place, servers, progress=lambda _: None) as running:
        seed(running.state(), progress=lambda _: None)
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
