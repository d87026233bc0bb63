"""Money is counted in minor units, never measured."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import Source

MONEY = re.compile(
    r"(?:^|_)(?:amount|price|fen|balance|minor|cost|fee|charge|subsidy|wage|payout|voucher|refund|credit|debit)s?(?:_|$)"
)
INEXACT = re.compile(r"\b(?:float|double|Decimal)\b")
PROTO_FIELD = re.compile(r"^\s*(?:optional\s+|repeated\s+)?(float|double)\s+(\w+)\s*=", re.MULTILINE)
SQL_COLUMN = re.compile(
    r"^\s*(?:add\s+column\s+(?:if\s+not\s+exists\s+)?)?(\w+)\s+(real|float\d?|double\s+precision|numeric|decimal|money)\b",
    re.IGNORECASE | re.MULTILINE,
)


def code_counts_money(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        for name, annotation in _annotated(node):
            if MONEY.search(name) and INEXACT.search(ast.unparse(annotation)):
                yield f"line {annotation.lineno}: {name} is {ast.unparse(annotation)}"
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if isinstance(node.value.value, float) and any(MONEY.search(name.lower()) for name in names):
                yield f"line {node.lineno}: {names[0]} is a float"


def _annotated(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.arg) and node.annotation:
        yield node.arg, node.annotation
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, node.annotation
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
        yield node.name, node.returns


def contract_counts_money(source: Source) -> Iterator[str]:
    for kind, name in PROTO_FIELD.findall(source.text):
        if MONEY.search(name):
            yield f"{name} is {kind}"


def stores_count_money(source: Source) -> Iterator[str]:
    for name, kind in SQL_COLUMN.findall(source.text):
        if MONEY.search(name.lower()):
            yield f"{name} is {kind}"
