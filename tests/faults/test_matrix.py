"""Each row: presses all the time, one fault, and afterwards every press is there once and every store agrees."""

from collections.abc import Callable

import pytest

from suite.box import Box
from tests.faults.matrix import ROWS
from tests.support.load import crowd_of, press_under

ALARMS, RATE = 1200, 20.0  # a minute of presses


@pytest.mark.timeout(300)
def test_nothing_is_lost_and_nothing_is_doubled(
    box: Box, row: int, community: int, record_property: Callable[[str, object], None]
) -> None:
    what, stage = ROWS[row]
    seen = press_under(stage(box), box, crowd_of(box, size=60, seed=community), alarms=ALARMS, rate=RATE)
    told = f"row {row:>2}  {what:<45} lost or doubled {len(seen.wrong)}  unanswered {seen.unanswered}"
    record_property("fault", f"{told}  whole after {seen.recovery_s:.1f} s")
    assert seen.wrong == []
