"""The tree as text: what the rules of the house read."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[2]
CODE = ("libs", "services", "tests", "tools", "bench")
GENERATED = "libs/contracts/src"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("/"))

    @property
    def service(self) -> str | None:
        return self.parts[1] if self.parts[0] == "services" else None

    @property
    def is_test(self) -> bool:
        return "tests" in self.parts


Rule = Callable[[Source], Iterator[str]]


def breaches(rule: Rule, sources: Iterator[Source]) -> list[str]:
    return [f"{source.path}: {breach}" for source in sources for breach in rule(source)]


def planted(path: str, text: str) -> Iterator[Source]:
    """One made-up file that breaks a rule on purpose."""
    yield Source(path=path, text=dedent(text))


def sources(suffix: str, *folders: str) -> Iterator[Source]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob(f"*{suffix}")):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and not name.startswith(GENERATED):
                yield Source(path=name, text=path.read_text("utf-8"))


def python_sources(*folders: str) -> Iterator[Source]:
    return sources(".py", *(folders or CODE))
