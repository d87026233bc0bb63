from __future__ import annotations

from tests.architecture.promises import named_in
from tests.architecture.security import uncovered
from tests.architecture.source import ROOT, python_sources

DOCUMENT = (ROOT / "docs" / "security.md").read_text("utf-8")
TESTS = frozenset(name for source in python_sources("libs", "services", "tests") for name in named_in(source))


def test_each_risk_has_a_test_that_exists() -> None:
    assert list(uncovered(DOCUMENT, TESTS)) == []


def test_a_planted_line_without_its_test_is_caught() -> None:
    renamed = DOCUMENT.replace("`test_a_webhook_never_reaches_into", "`test_a_webhook_always_reaches_into")
    assert list(uncovered(renamed, TESTS)) == [
        "test_a_webhook_always_reaches_into_our_own_network: there is no such test"
    ]
    emptied = "\n".join(line for line in DOCUMENT.splitlines() if not line.startswith("| API7"))
    assert list(uncovered(emptied, TESTS)) == ["API7: no test is named"]
