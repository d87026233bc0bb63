"""A whole suite whose processes may be frozen and told to stop; each test leaves it whole."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from suite.box import Box, BoxPlace
from suite.cli import app
from suite.servers import Servers

Answer = tuple[int, str]
Asked = tuple[int, dict[str, Any]]


@pytest.fixture(scope="session")
def box(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    place = BoxPlace(
        run_dir=tmp_path_factory.mktemp("box"),
        prefix="operation_",
        vhost="operation",
        extra={
            "ELDERCARE_STOP_S": "8",
            "ELDERCARE_EVENTS_GRACE_S": "3",
            "ELDERCARE_CORE_GRACE_S": "1",
            "ELDERCARE_CORE_STALLED_S": "4",
        },
    )
    with Box(place, servers, progress=lambda _: None) as running:
        yield running


@pytest.fixture
def probe(box: Box) -> Callable[[str, str], Answer]:
    """`probe("core", "/readyz")`: status and words; 0 when there was no answer."""

    def asked(process: str, path: str) -> Answer:
        try:
            with urllib.request.urlopen(box.state().health[process] + path, timeout=2) as response:  # noqa: S310 - ours
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError:
            return 0, ""

    return asked


@pytest.fixture
def status(box: Box) -> Callable[[], Asked]:
    """`eldercare status --json`: its exit code and what it says."""

    def asked() -> Asked:
        done = CliRunner().invoke(app, ["status", "--json", "--run-dir", str(box.place.run_dir)])
        assert done.exception is None or isinstance(done.exception, SystemExit), "a sentence, never a traceback"
        return done.exit_code, json.loads(done.stdout)

    return asked
