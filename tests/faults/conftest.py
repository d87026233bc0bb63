"""`make faults`: rows of the fault matrix on suites of their own, with the matrix's load; a red row is never re-run."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from suite.servers import Servers
from tests.faults.matrix import ROWS, UNSTAGED
from tests.faults.stage import FULL
from tests.faults.table import HEAD
from tests.faults.theatre import Theatre

PLOTS = Path("build/faults")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, default=1, help="how many seeds each row is run with")
    parser.addoption("--seed", type=int, default=1, help="the first of them")
    parser.addoption("--rows", default="", help="only these rows, with commas")
    parser.addoption("--window", type=float, default=FULL.window_s, help="how many seconds each fault lasts")
    parser.addoption("--load", type=float, default=1.0, help="which part of the matrix's load there is meanwhile")
    parser.addoption("--plots", type=Path, default=PLOTS, help="where each row's latencies are drawn")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "row_number" in metafunc.fixturenames:
        option = metafunc.config.getoption
        wanted = [int(each) for each in option("--rows").split(",") if each] or list(ROWS)
        if unknown := [number for number in wanted if number not in ROWS]:
            whys = "; ".join(f"{n}: {UNSTAGED[n].why if n in UNSTAGED else 'there is no such row'}" for n in unknown)
            raise pytest.UsageError(f"rows that can be staged: {', '.join(map(str, ROWS))}; not {whys}")
        ordered = sorted(wanted, key=lambda number: (str(ROWS[number].needs), number))
        metafunc.parametrize("row_number", ordered)
        metafunc.parametrize("seed", range(option("--seed"), option("--seed") + option("--seeds")))


@pytest.fixture(scope="session")
def plots(pytestconfig: pytest.Config) -> Path:
    folder: Path = pytestconfig.getoption("--plots")
    return folder


@pytest.fixture(scope="session")
def theatre(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Theatre]:
    part = pytestconfig.getoption("--load")
    window = pytestconfig.getoption("--window")
    scale = replace(FULL, rate=FULL.rate * part, reports=FULL.reports * part, window_s=window)
    opened = Theatre(servers, tmp_path_factory.mktemp("faults"), scale)
    yield opened
    opened.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table, the red rows included, and why the others are not in it."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    lines = [value for report in reports for name, value in report.user_properties if name == "fault"]
    if lines:
        terminalreporter.write_line(HEAD)
        for line in sorted(lines):
            terminalreporter.write_line(line)
        for number, row in sorted(UNSTAGED.items()):
            terminalreporter.write_line(f"{number:>3}  {row.what:<52}not staged: {row.why}")
        plots = terminalreporter.config.getoption("--plots")
        terminalreporter.write_line(f"every press until its incident, a page a row: {plots}/")
