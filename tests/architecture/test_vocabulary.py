from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.architecture.naming import chassis_knows_no_noun, glossary_nouns
from tests.architecture.source import ROOT, Source, breaches, planted, python_sources, sources

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
NOUNS = glossary_nouns(GLOSSARY)
CHASSIS = "libs/chassis/src/chassis"


def rule(source: Source) -> Iterator[str]:
    return chassis_knows_no_noun(source, NOUNS)


def test_the_chassis_knows_no_noun_of_care() -> None:
    assert breaches(rule, python_sources(CHASSIS)) == []
    assert breaches(rule, sources(".sql", CHASSIS)) == []


@pytest.mark.parametrize(
    "text",
    [
        "def open_incident(): ...",
        "class AlarmRelay: ...",
        "SQL = 'SELECT * FROM devices'",
        "topic = 'eldercare.order.v1'",
        "def run(voucher_lot: int) -> None: ...",
    ],
)
def test_a_planted_noun_is_caught(text: str) -> None:
    assert breaches(rule, planted(f"{CHASSIS}/relay.py", text))


@pytest.mark.parametrize(
    "text",
    [
        "SQL = 'SELECT id FROM outbox ORDER BY id'",
        '"""Alarms are not known here."""',
        "class Relay:\n    '''No alarm.'''",
    ],
)
def test_mechanism_is_left_alone(text: str) -> None:
    assert breaches(rule, planted(f"{CHASSIS}/relay.py", text)) == []


def test_a_planted_noun_in_the_stores_of_the_chassis_is_caught() -> None:
    assert breaches(rule, planted(f"{CHASSIS}/migrations/0001.sql", "CREATE TABLE journal (\n    alarm_id uuid\n);"))
    assert breaches(rule, planted(f"{CHASSIS}/migrations/0001.sql", "SELECT 1 -- no alarm here")) == []


def test_every_noun_stands_in_the_glossary_once() -> None:
    terms = [line.split("**")[1].lower() for line in GLOSSARY.splitlines() if line.startswith("- **")]
    assert [term for term, times in Counter(terms).items() if times > 1] == []
    assert len(NOUNS) > 30
