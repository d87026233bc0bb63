"""`make faults`: rows of the fault matrix on a whole suite of its own, with the matrix's load."""

from collections.abc import Iterator

import pytest

from suite.box import Box, BoxPlace
from suite.seed import seed
from suite.servers import Servers
from tests.faults.matrix import ROWS


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, default=1, help="how many communities each row is run with")
    parser.addoption("--rows", default="", help="only these rows, with commas")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if {"row", "community"} <= set(metafunc.fixturenames):
        wanted = [int(each) for each in metafunc.config.getoption("--rows").split(",") if each] or list(ROWS)
        unknown = [row for row in wanted if row not in ROWS]
        if unknown:
            raise pytest.UsageError(f"rows that can be staged today: {', '.join(map(str, ROWS))}; not {unknown}")
        metafunc.parametrize("row", wanted)
        metafunc.parametrize("community", range(1, metafunc.config.getoption("--seeds") + 1))


@pytest.fixture(scope="session")
def box(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    place = BoxPlace(run_dir=tmp_path_factory.mktemp("faults"), prefix="faults_", vhost="faults")
    with Box(place, servers, progress=lambda _: None) as running:
        seed(running.state(), progress=lambda _: None)
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table: row, what broke, lost or doubled, seconds until whole."""
    seen = [entry for report in terminalreporter.stats.get("passed", []) for entry in report.user_properties]
    for name, value in seen:
        if name == "fault":
            terminalreporter.write_line(value)
