"""Processes, their threads, and the weather they live in."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from greenlet import greenlet  # type: ignore[import-untyped]

from tests.simulation.memory import Session


def seconds(value: float) -> int:
    """Microseconds, as the simulation counts."""
    return int(value * 1_000_000)


BEGINNING = seconds(1_790_000_000)
MOST_STEPS = 30_000
HEARTBEAT = seconds(20)
SILENT = seconds(30)


class Killed(BaseException):
    """SIGKILL: no clean-up of the product's own runs, the server rolls back."""

    def __init__(self, process: "Process") -> None:
        super().__init__(process.name)
        self.process = process


class Broken(AssertionError):
    """A promise of the product did not hold."""


@dataclass(eq=False, slots=True)
class Process:
    name: str
    is_alive: bool = True
    frozen_until: int = 0
    loops: list["Loop"] = field(default_factory=list)
    died: Callable[[], None] = lambda: None
    silent: Callable[[], None] = lambda: None


@dataclass(eq=False, slots=True)
class Loop:
    """One thread of a process: `work` does a little and returns whether there was something."""

    name: str
    work: Callable[["Loop"], int]
    poll: int
    session: Session | None = None
    is_busy: bool = False
    rests_until: int = 0
    state: Any = None


@dataclass(eq=False, slots=True)
class Task:
    thread: greenlet
    stack: list[Process]
    until: int = 0
    done: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Chances at every boundary between two steps; and in a transaction."""

    switch: float = 0.0
    stall: float = 0.0
    kill: float = 0.0
    lose: float = 0.0
    freeze: float = 0.0
    collide: float = 0.0
    cancel: float = 0.0
    publish: float = 0.0
    call: float = 0.0
    handler: float = 0.0

    @classmethod
    def of(cls, rng: random.Random) -> "Weather":
        """Most timelines know a few kinds of trouble, some all, some none."""
        chances = {"switch": 0.25, "stall": 0.01, "kill": 0.01, "lose": 0.01, "freeze": 0.003}
        chances |= {"collide": 0.004, "cancel": 0.004, "publish": 0.1, "call": 0.45, "handler": 0.3}
        kept = {name: most * rng.random() for name, most in chances.items() if rng.random() < 0.6}
        return cls(**kept)


CALM = Weather()


def lose_sessions(process: Process) -> None:
    for loop in process.loops:
        if loop.session:
            loop.session.lose()
