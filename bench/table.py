"""Rows as people and programs read them."""

from collections.abc import Mapping, Sequence

from bench.row import Row

_HEAD = ("path", "value", "unit", "floor", "ratio", "target", "met", "beside")


def as_json(rows: Sequence[Row]) -> dict[str, list[dict[str, object]]]:
    return {"rows": [row.as_json() for row in rows]}


def print_table(rows: Sequence[Row], facts: Mapping[str, str]) -> None:
    print()
    for line in table(_HEAD, [_cells(row) for row in rows]):
        print(line)
    print()
    for row in rows:
        for miss in row.misses:
            print(f"missed: {row.name}: {miss}")
    print("; ".join(f"{name} {fact}" for name, fact in facts.items()))


def table(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    """Markdown, padded so that a terminal reads it too."""
    widths = [max(len(line[column]) for line in (head, *body)) for column in range(len(head))]
    padded = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in (head, *body)]
    rule = ["-" * width for width in widths]
    return [f"| {' | '.join(line)} |" for line in (padded[0], rule, *padded[1:])]


def _cells(row: Row) -> list[str]:
    met = {True: "yes", False: "no", None: ""}[row.met]
    target = "" if row.target is None else str(row.target)
    return [row.name, number(row.value), row.unit, number(row.floor), number(row.ratio), target, met, row.beside]


def number(value: float | None) -> str:
    """Three figures say all there is to say."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
