"""Names that say something."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.architecture.source import Source

EMPTY_WORDS = frozenset({"util", "utils", "helper", "helpers", "common", "manager", "managers", "base", "impl", "misc"})
EMPTY_CLASS = re.compile(r"(?:Manager|Helpers?|Utils?|Impl)$|^(?:Base|Abstract)[A-Z]")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def names_say_something(source: Source) -> Iterator[str]:
    path = PurePosixPath(source.path)
    for part in (*path.parts[:-1], path.stem):
        if EMPTY_WORDS & set(part.lower().split("_")):
            yield f"the name {part}"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and EMPTY_CLASS.search(node.name):
            yield f"line {node.lineno}: the class {node.name}"


def glossary_nouns(glossary: str) -> frozenset[str]:
    """The words of care: the bold terms of the glossary's first part."""
    care, _, _ = glossary.partition("\n## Words with two meanings")
    return frozenset(noun.lower() for noun in re.findall(r"^- \*\*([^*]+)\*\*", care, re.MULTILINE))


def words(identifier: str) -> list[str]:
    return [word.lower() for word in WORD.findall(identifier)]


def spoken(source: Source) -> Iterator[tuple[int, str]]:
    """Identifiers and string literals, docstrings aside."""
    nodes = list(ast.walk(source.tree))
    documentation = {id(text) for node in nodes for text in _docstring(node)}
    for node in nodes:
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


def statements(source: Source) -> Iterator[tuple[int, str]]:
    """SQL, comments aside."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        yield number, line.partition("--")[0]


def _docstring(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value


def chassis_knows_no_noun(source: Source, nouns: frozenset[str]) -> Iterator[str]:
    for line, text in spoken(source) if source.path.endswith(".py") else statements(source):
        said = " ".join(words(text)).replace("order by", "")
        singular = f" {said} ".replace("ies ", "y ").replace("s ", " ")
        for noun in sorted(nouns):
            if f" {noun} " in f" {said} " or f" {noun} " in singular:
                yield f"line {line}: the chassis says {noun!r}"
