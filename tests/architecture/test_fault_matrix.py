"""Nobody forgets a fault: every row of the matrix is staged, or named with the reason why it is not."""

from collections.abc import Iterator, Sequence

from tests.faults.matrix import ALL
from tests.faults.stage import Row, Unstaged

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
