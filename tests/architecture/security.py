"""docs/security.md names a test for each line of the OWASP API Security Top 10; this reads its table."""

from __future__ import annotations

import re
from collections.abc import Iterator

RISKS = tuple(f"API{number}" for number in range(1, 11))


def uncovered(text: str, tests: frozenset[str]) -> Iterator[str]:
    rows = {line.split()[1]: line for line in text.splitlines() if line.startswith("| API")}
    for risk in RISKS:
        if not re.search(r"`test_\w+`", rows.get(risk, "")):
            yield f"{risk}: no test is named"
    for name in sorted(set(re.findall(r"`(test_\w+)`", text)) - tests):
        yield f"{name}: there is no such test"
