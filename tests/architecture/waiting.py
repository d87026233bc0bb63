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
        if isinstance(node, ast.Call) and id(node) not in looped and _hopes(node):
            yield f"line {node.lineno}: {ast.unparse(node)} hopes instead of looking"


def _loops(tree: ast.Module) -> Iterator[ast.While | ast.For | ast.AsyncFor]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.While | ast.For | ast.AsyncFor))


def _hopes(call: ast.Call) -> bool:
    if ast.unparse(call.func) not in SLEEPS:
        return False
    seconds = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else 1
    return not isinstance(seconds, int | float) or 0 < seconds < FOREVER
