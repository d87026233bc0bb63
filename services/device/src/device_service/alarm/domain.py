"""An alarm's way out of the house: who is asked, when, and when a human is told past everyone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

HAND_OVER_AFTER = timedelta(seconds=2)
DESK_AFTER = timedelta(seconds=30)
POSITION_FRESH_FOR = timedelta(hours=12)
_ASKED_AT_S = (2, 5, 10, 20, 30)
_LONGEST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPlace:
    """The cell of the last fix and when it reached us."""

    cell: str
    time: datetime


def wait_after(attempt: int) -> float:
    """Seconds from the nth call to the next: calls at 2, 5, 10, 20 and 30 s after the alarm, then ever slower."""
    if attempt < len(_ASKED_AT_S):
        return float(_ASKED_AT_S[attempt] - _ASKED_AT_S[attempt - 1])
    return min(_LONGEST_WAIT_S, 15.0 * 2.0 ** (attempt - len(_ASKED_AT_S)))


def cell_to_tell(fix_cell: str, last: LastPlace | None, home_cell: str, now: datetime) -> str:
    """Where to send help: the fix, else a place seen lately, else home."""
    if fix_cell:
        return fix_cell
    if last and last.cell and (now - last.time <= POSITION_FRESH_FOR or not home_cell):
        return last.cell
    return home_cell
