"""Clocks, chance, connections and the broker's line are the simulation's; all else is the product's own."""

import random
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pkgutil import resolve_name
from types import SimpleNamespace
from typing import Any

import structlog

from tests.simulation.broker import Line
from tests.simulation.processes import BEGINNING, seconds
from tests.simulation.scheduler import Scheduler

_CHANCE = [f"chassis.{each}:os" for each in ("ids", "trace", "seal", "subject_keys")]
_TLS = ssl.create_default_context()  # nobody is spoken to; making one for each process would be slow
_founding = random.Random(0)


@contextmanager
def standing_in() -> Iterator[None]:
    """For as long as a timeline is played, or the community founded."""
    _founding.seed(0)
    settings, kept = structlog.get_config(), [getattr(owner, name) for owner, name, _ in _stand_ins()]
    for owner, name, stand_in in _stand_ins():
        setattr(owner, name, stand_in)
    structlog.configure(wrapper_class=_SILENT)
    try:
        yield
    finally:
        structlog.configure(**settings)
        for (owner, name, _), own in zip(_stand_ins(), kept, strict=True):
            setattr(owner, name, own)


_SILENT = structlog.make_filtering_bound_logger(50)


def _now() -> float:
    world = Scheduler.current()
    return world.monotonic() if world else BEGINNING / 1_000_000


def _chance(size: int) -> bytes:
    world = Scheduler.current()
    return (world.rng if world else _founding).randbytes(size)


def _pause(span: float) -> None:
    Scheduler.current().pass_time(seconds(span))


@cache
def _stand_ins() -> list[tuple[Any, str, Any]]:
    """Where each stands: looked up once, as ten thousand timelines set them up."""
    places = {
        "chassis.ids:wall_ms": lambda: int(_now() * 1000),
        **dict.fromkeys(_CHANCE, SimpleNamespace(urandom=_chance)),
        "chassis.relay:monotonic": _now,
        "chassis.relay:Publisher": Line,
        "chassis.relay:Loop": lambda *_, **__: None,
        "chassis.holding:pause": _pause,
        "chassis.database:monotonic": _now,
        "chassis.database:pause": _pause,
        "order_service.incident.ladder:monotonic": _now,
        "ssl:create_default_context": lambda: _TLS,
    }
    found = []
    for place, stand_in in places.items():
        module, _, name = place.partition(":")
        owner = resolve_name(module)
        getattr(owner, name)  # a name that moved is to be noticed
        found.append((owner, name, stand_in))
    return found
