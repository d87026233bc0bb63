from __future__ import annotations

from tests.architecture.promises import named_in, unproven
from tests.architecture.source import ROOT, python_sources

DOCUMENT = (ROOT / "docs" / "reliability.md").read_text("utf-8")
TESTS = frozenset(name for source in python_sources("libs", "services", "tests") for name in named_in(source))


def test_each_failure_mode_and_each_trap_has_a_test_that_exists() -> None:
    assert list(unproven(DOCUMENT, TESTS)) == []


def test_a_planted_row_without_its_test_is_caught() -> None:
    renamed = DOCUMENT.replace("`test_killed_in_the_middle", "`test_killed_in_the_muddle")
    assert list(unproven(renamed, TESTS)) == [
        "test_killed_in_the_muddle_of_a_batch_it_is_done_once_by_who_comes: there is no such test"
    ]
    emptied = "\n".join(line for line in DOCUMENT.splitlines() if not line.startswith(("| 14 |", "| two relays")))
    assert list(unproven(emptied, TESTS)) == ["14: no test is named", "two relays: no test is named"]
