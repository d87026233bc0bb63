"""A number is a place in a line, and nobody who writes waits while a large table is read.

Old and new release work side by side while a migration runs: an index on a table that is there already is built beside
its writers, a rule over its rows is added NOT VALID and checked afterwards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from chassis.unfinished import CONCURRENT, OUTSIDE

# What had landed before the rule, by its last number.
BEFORE = {"chassis": 3, "people": 5, "device": 8, "order": 9, "notify": 7, "payment": 7}
_MADE = re.compile(r"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)", re.IGNORECASE)
_INDEX = re.compile(r"^CREATE\s+(?:UNIQUE\s+)?INDEX\b.*?\bON\s+(?:ONLY\s+)?(\w+)", re.IGNORECASE | re.DOTALL)
_ALTER = re.compile(r"^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(\w+)", re.IGNORECASE)
_RULE = re.compile(r"\bADD\s+(?:CONSTRAINT|CHECK|FOREIGN|UNIQUE|PRIMARY)\b", re.IGNORECASE)
_COLUMN_RULE = re.compile(r"\bADD\s+COLUMN\b.*\b(?:CHECK|REFERENCES|UNIQUE)\b", re.IGNORECASE | re.DOTALL)
_UNCHECKED = re.compile(r"\bNOT\s+VALID\b|\bUSING\s+INDEX\b", re.IGNORECASE)
_CHECKED_LATER = re.compile(r"\bVALIDATE\s+CONSTRAINT\b", re.IGNORECASE)


def numbered_twice(folder: Path) -> Iterator[str]:
    names = sorted(path.name for path in folder.glob("*.sql"))
    times = Counter(name.partition("_")[0] for name in names)
    yield from (
        f"{folder.parent.name}: {name} shares its number" for name in names if times[name.partition("_")[0]] > 1
    )


def keeps_writers_waiting(folder: Path) -> Iterator[str]:
    """Of the migrations after those of BEFORE."""
    for path in sorted(folder.glob("*.sql")):
        if int(path.name.partition("_")[0]) > BEFORE.get(folder.parent.name, 0):
            yield from (f"{folder.parent.name}/{path.name}: {breach}" for breach in _breaches(path.read_text()))


def _breaches(migration: str) -> Iterator[str]:
    statements, outside = _statements(migration), OUTSIDE.search(migration) is not None
    made = set(_MADE.findall("\n".join(statements)))
    if outside and len(statements) != 1:
        yield "outside a transaction stands one statement, so that a try that was interrupted can be made again"
    if any(_UNCHECKED.search(each) for each in statements) and any(_CHECKED_LATER.search(each) for each in statements):
        yield "VALIDATE under the lock of NOT VALID: it belongs into the next file"
    for each in statements:
        index, alter = _INDEX.match(each), _ALTER.match(each)
        if index and index[1] not in made and not (outside and CONCURRENT.search(each)):
            yield f"{index[1]} is there already: CREATE INDEX CONCURRENTLY IF NOT EXISTS, with transaction:false"
        if alter and alter[1] not in made and _holds(each):
            yield f"{alter[1]} is there already: its rows are read under lock; NOT VALID, then VALIDATE"


def _holds(alter: str) -> bool:
    return bool(_COLUMN_RULE.search(alter) or (_RULE.search(alter) and not _UNCHECKED.search(alter)))


def _statements(migration: str) -> list[str]:
    text = re.sub(r"--[^\n]*", "", migration.partition("-- migrate:down")[0])
    text = re.sub(r"\$\$.*?\$\$", "$$$$", text, flags=re.DOTALL)
    return [part.strip() for part in text.split(";") if part.strip()]
