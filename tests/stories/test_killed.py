"""Kill any process at any moment: nothing is lost, nothing is done twice. The small rows of the fault matrix."""

from collections.abc import Iterator

import pytest

from suite.box import Box
from suite.servers import Servers
from tests.faults.matrix import ROWS
from tests.faults.stage import SMALL, Row, Stage
from tests.faults.table import complaint
from tests.support.suites import a_suite

SMALL_ROWS = [row for row in ROWS.values() if row.small]


@pytest.fixture(scope="module")
def box(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """A suite whose clock nobody pushes: what the stores hold is compared with what was told, by its time."""
    with a_suite(servers, tmp_path_factory.mktemp("killed"), "killed") as running:
        yield running


@pytest.mark.timeout(300)
@pytest.mark.parametrize("row", SMALL_ROWS, ids=lambda row: row.what)
def test_nothing_is_lost_and_nothing_is_doubled(box: Box, row: Row) -> None:
    stage = Stage(box=box, row=row.number, seed=1, scale=SMALL)
    try:
        outcome = row.play(stage)
    finally:
        stage.mend()
    assert not outcome.wrong, complaint(row, 1, outcome)
