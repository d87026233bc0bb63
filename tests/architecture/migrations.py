"""A number is a place in a line: two migrations of one service that share it cannot both be applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path


def numbered_twice(folder: Path) -> Iterator[str]:
    names = sorted(path.name for path in folder.glob("*.sql"))
    times = Counter(name.partition("_")[0] for name in names)
    yield from (
        f"{folder.parent.name}: {name} shares its number" for name in names if times[name.partition("_")[0]] > 1
    )
