"""Nobody forgets a fault: every row of the matrix is staged, or named with the reason why it is not, and is drawn."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

from tests.faults.matrix import ALL, ROWS
from tests.faults.plot import draw
from tests.faults.stage import Outcome, Row, Unstaged, Wait

MATRIX = range(1, 38)


def forgotten(rows: Sequence[Row | Unstaged]) -> Iterator[str]:
    """A sentence for each row that is missing, there twice, or unstaged without a reason."""
    numbers = [row.number for row in rows]
    yield from (f"row {number} is neither staged nor named" for number in MATRIX if number not in numbers)
    yield from (f"row {number} is there twice" for number in sorted(set(numbers)) if numbers.count(number) > 1)
    yield from (f"row {row.number} has no reason" for row in rows if isinstance(row, Unstaged) and not row.why.strip())


def test_every_row_is_staged_or_named_with_its_reason() -> None:
    assert not [*forgotten(ALL)]


def test_a_planted_gap_is_caught() -> None:
    silent = Unstaged(number=1, what="", why=" ")
    rest = [row for row in ALL if row.number not in (1, 2)]
    third = next(row for row in rest if row.number == 3)
    assert [*forgotten([silent, *rest, third])] == [
        "row 2 is neither staged nor named",
        "row 3 is there twice",
        "row 1 has no reason",
    ]


def test_a_row_that_was_pressed_leaves_a_page_with_its_window_shaded(tmp_path: Path) -> None:
    began = datetime(2026, 3, 1, tzinfo=UTC)
    waits = [Wait(sent=began + timedelta(seconds=at), seconds=0.25) for at in range(30)]
    window = (began + timedelta(seconds=10), began + timedelta(seconds=20))
    draw(tmp_path, ROWS[1], 7, Outcome(waits=waits, window=window))
    draw(tmp_path, ROWS[29], 7, Outcome())
    assert [page.name for page in tmp_path.iterdir()] == ["row-01-seed-7.html"]
    page = (tmp_path / "row-01-seed-7.html").read_text()
    assert page.count("h0") == len(waits)
    assert page.count('class="fault"') == 1
    assert escape(ROWS[1].what) in page
