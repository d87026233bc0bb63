"""Tests await conditions; a sleep is either one look of a polling loop or a process that waits to be killed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.source import Source

SLEEPS = frozenset({"time.sleep", "asyncio.sleep", "eventlet.sleep", "sleep"})
FOREVER = 60


def await_conditions(source: Source) -> Iterator[str]:
    if not source.is_test:
        return
    tree = source.tree
    looped = {id(call) for loop in _loops(tree) for call in ast.walk(loop)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in SLEEPS and not _is_forever(node):
            if id(node) not in looped:
                yield f"line {node.lineno}: {ast.unparse(node)} hopes instead of looking"


def _loops(tree: ast.Module) -> Iterator[ast.While | ast.For | ast.AsyncFor]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.While | ast.For | ast.AsyncFor))


def _is_forever(call: ast.Call) -> bool:
    if not call.args or not isinstance(call.args[0], ast.Constant):
        return False
    seconds = call.args[0].value
    return isinstance(seconds, int | float) and (seconds >= FOREVER or seconds == 0)
