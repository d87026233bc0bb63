"""Awaiting a condition of a running suite."""

from collections.abc import Callable
from typing import TypeVar

from chassis.clock import monotonic, pause

T = TypeVar("T")
PATIENCE_S = 30.0
LOOK_EVERY_S = 0.01


class NeverHappened(AssertionError):
    """A condition was not seen in time."""


def until(
    look: Callable[[], T | None], what: str, *, patience_s: float = PATIENCE_S, every_s: float = LOOK_EVERY_S
) -> T:
    """The first true answer of `look`; raises NeverHappened with `what` after the patience is over."""
    deadline = monotonic() + patience_s
    while True:
        if seen := look():
            return seen
        if monotonic() > deadline:
            raise NeverHappened(f"not seen within {patience_s:.0f} s: {what}")
        pause(every_s)
