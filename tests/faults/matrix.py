"""The fault matrix: every row by its number, staged or with the reason why it is not."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping

from tests.faults import rows
from tests.faults.stage import Row, Unstaged


def _families() -> Iterator[tuple[Row | Unstaged, ...]]:
    for found in pkgutil.iter_modules(rows.__path__):
        family = importlib.import_module(f"{rows.__name__}.{found.name}")
        yield family.ROWS
        yield family.UNSTAGED


ALL = [row for family in _families() for row in family]
ROWS: Mapping[int, Row] = {row.number: row for row in sorted(ALL, key=lambda row: row.number) if isinstance(row, Row)}
UNSTAGED: Mapping[int, Unstaged] = {row.number: row for row in ALL if isinstance(row, Unstaged)}
