"""`app_now()` in the stores and chassis.clock in code are the only clocks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import Source

HOME = "libs/chassis/src/chassis/clock.py"
CALLS = frozenset(
    {
        "time.time", "time.time_ns", "time.gmtime", "time.localtime", "datetime.now", "datetime.utcnow",
        "datetime.today", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
        "date.today", "datetime.date.today",
    }
)  # fmt: skip
FROM_TIME = frozenset({"time", "time_ns", "gmtime", "localtime"})
SQL_CLOCK = re.compile(
    r"\bnow\s*\(\s*\)|\bcurrent_(?:timestamp|date|time)\b|\blocaltime(?:stamp)?\b"
    r"|\b(?:clock|statement|transaction)_timestamp\s*\(|\btimeofday\s*\(",
    re.IGNORECASE,
)
DEFINITION = re.compile(r"function\s+(?:\w+\.)?app_now\b.*?(\$\w*\$).*?\1", re.IGNORECASE | re.DOTALL)
SQL_VERB = re.compile(
    r"\b(?:select|insert|update|delete|create|values|returning|where|interval|default)\b", re.IGNORECASE
)


def code_reads_no_clock(source: Source) -> Iterator[str]:
    if source.path == HOME:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in CALLS:
            yield f"line {node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            taken = {alias.name for alias in node.names} & FROM_TIME
            yield from (f"line {node.lineno}: from time import {name}" for name in sorted(taken))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_VERB.search(node.value):
            yield from (f"line {node.lineno}: SQL {clock}" for clock in _sql_clocks(node.value))


def sql_reads_no_clock(source: Source) -> Iterator[str]:
    yield from (f"SQL {clock}" for clock in _sql_clocks(re.sub(r"--[^\n]*", "", source.text)))


def _sql_clocks(text: str) -> list[str]:
    return [found.group() for found in SQL_CLOCK.finditer(DEFINITION.sub("", text))]
