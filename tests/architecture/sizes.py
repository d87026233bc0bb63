"""Short enough to be read at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.source import Source

FUNCTION_LINES = 40
FILE_LINES = 250


def functions_are_short(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"line {node.lineno}: {node.name} has {length} lines, at most {FUNCTION_LINES}"


def files_are_short(source: Source) -> Iterator[str]:
    length = len(source.text.splitlines())
    if length > FILE_LINES:
        yield f"{length} lines, at most {FILE_LINES}"
