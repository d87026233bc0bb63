"""Kill any process at any moment: nothing is lost, nothing is done twice. The small rows of the fault matrix."""

import pytest

from suite.box import Box
from tests.faults.matrix import ROWS
from tests.faults.stage import SMALL, Row, Stage
from tests.faults.table import complaint

SMALL_ROWS = [row for row in ROWS.values() if row.small]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("row", SMALL_ROWS, ids=lambda row: row.what)
def test_nothing_is_lost_and_nothing_is_doubled(box: Box, row: Row) -> None:
    stage = Stage(box=box, row=row.number, seed=1, scale=SMALL)
    try:
        outcome = row.play(stage)
    finally:
        stage.mend()
    assert not outcome.wrong, complaint(row, 1, outcome)
