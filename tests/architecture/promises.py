"""docs/reliability.md names a test for each thing that could go wrong; this reads its tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.architecture.source import Source

FAILURE_MODES = tuple(str(number) for number in range(1, 24))
TRAPS = (
    "ack of several",
    "two relays",
    "order past the exchange",
    "deadlock in a batch",
    "cut connection",
    "NOTIFY inside the transaction",
    "claims across a month",
    "unbound MQTT topic",
    "dead relay thread",
    "lost COMMIT reply",
)


def rows_of(text: str) -> dict[str, list[str]]:
    """First cell of each table row → the tests named in its last cell."""
    lines = (line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| "))
    return {cells[0]: re.findall(r"`(test_\w+)`", cells[-1]) for cells in lines}


def unproven(text: str, tests: frozenset[str]) -> Iterator[str]:
    rows = rows_of(text)
    for what in (*FAILURE_MODES, *TRAPS):
        if not rows.get(what):
            yield f"{what}: no test is named"
    for name in sorted(set(re.findall(r"`(test_\w+)`", text)) - tests):
        yield f"{name}: there is no such test"


def named_in(source: Source) -> set[str]:
    return set(re.findall(r"^def (test_\w+)\(", source.text, re.MULTILINE)) if source.is_test else set()
