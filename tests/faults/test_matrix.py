"""Each row: the load all the time, one fault, and afterwards everything is there once and every store agrees."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.matrix import ROWS
from tests.faults.plot import draw
from tests.faults.table import complaint, line
from tests.faults.theatre import Theatre


@pytest.mark.timeout(600)
def test_nothing_is_lost_and_nothing_is_doubled(
    theatre: Theatre, plots: Path, row_number: int, seed: int, record_property: Callable[[str, object], None]
) -> None:
    row = ROWS[row_number]
    with theatre.stage(row, seed) as stage:
        outcome = row.play(stage)
        record_property("fault", line(row, seed, stage.scale, outcome))
        draw(plots, row, seed, outcome)
        assert not outcome.wrong, complaint(row, seed, outcome)
