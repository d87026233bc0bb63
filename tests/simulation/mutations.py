"""Defects planted on purpose: a line of the product read differently, for as long as a test looks for it."""

import inspect
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """In `owner`, a class or a module, `verb` says `old`; planted, it says `new`."""

    what: str
    owner: Any
    verb: str
    old: str
    new: str
    within: int = 800

    def __str__(self) -> str:
        return self.what.replace(" ", "-")


@contextmanager
def planted(mutation: Mutation) -> Iterator[None]:
    """Raises LookupError when the line is not there any more: plant it anew."""
    original = vars(mutation.owner)[mutation.verb]
    source = textwrap.dedent(inspect.getsource(original))
    if mutation.old not in source:
        raise LookupError(f"{mutation.verb} does not say {mutation.old!r} any more")
    module = mutation.owner if inspect.ismodule(mutation.owner) else sys.modules[mutation.owner.__module__]
    read: dict[str, Any] = {}
    exec(source.replace(mutation.old, mutation.new), vars(module), read)  # noqa: S102 - the product's own text
    setattr(mutation.owner, mutation.verb, read[mutation.verb])
    try:
        yield
    finally:
        setattr(mutation.owner, mutation.verb, original)
