"""A host that dies: `python -m tests.faults.dying POINTS LIVES SEED DEATHS HOST SERVICE…`.

It runs a host of the suite with one function wrapped: at a passage drawn for each life the process kills itself, as a
power cut would, and the next life begins with the next point. After the last life the host lives on unharmed.
DEATHS is a file that grows by a line a death.
"""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from importlib.metadata import entry_points
from itertools import count
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

LATEST = 3  # passage


@dataclass(frozen=True, slots=True)
class Point:
    """A function's beginning or end; `busy`: only when it did something."""

    module: str
    name: str
    before: bool = False
    busy: bool = False


POINTS = {
    "before-transaction": Point("chassis.subscriber", "Subscriber.process", before=True),
    "in-transaction": Point("chassis.subscriber", "Subscriber.run"),
    "after-commit": Point("chassis.subscriber", "Subscriber.process"),
    "before-ack": Point("kombu.message", "Message.ack", before=True),
    "after-ack": Point("kombu.message", "Message.ack"),
    "before-publish": Point("chassis.publisher", "Publisher.publish", before=True),
    "before-confirm": Point("chassis.publisher", "Publisher._drain", before=True),
    "before-mark": Point("chassis.publisher", "Publisher.publish"),
    "timer-in-transaction": Point("chassis.timers", "TimerRunner._fire"),
    "timer-fired": Point("chassis.timers", "TimerRunner.tick", busy=True),
    "effect-claimed": Point("chassis.effect_runner", "EffectRunner._claim", busy=True),
    "effect-called": Point("chassis.effect_runner", "EffectRunner._call"),
    "effect-in-transaction": Point("notify_service.message.sending", "Sender.settle_all"),
    "effect-settled": Point("chassis.effect_runner", "EffectRunner._settle_lot"),
    "command-in-transaction": Point("chassis.rpc.calls", "Rpc.once"),
    "command-committed": Point("chassis.rpc.calls", "Rpc.run"),
}


def main(points: str, lives: str, seed: str, deaths: str, host: str, *services: str) -> int:
    module, draw = import_module(host), Random(seed)
    for service in services:  # once for all lives
        for part in entry_points(group=f"eldercare.{host.rpartition('_')[2]}", name=service):
            part.load()
    names = points.split(",")
    with Path(deaths).open("a", buffering=1) as book:
        for life in range(int(lives)):
            name = names[life % len(names)]
            if not _dies(module, services, POINTS[name], draw.randint(1, LATEST)):
                return 1
            book.write(f"{name}\n")
    ended: int = module.main(services)
    return ended


def _dies(module: ModuleType, services: Sequence[str], point: Point, passage: int) -> bool:
    """One life, in a process of its own: whether it ended as it was meant to."""
    child = os.fork()
    if child == 0:
        wrap(point, passage)
        os._exit(module.main(services))
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def wrap(point: Point, passage: int) -> None:
    owner, _, name = point.name.rpartition(".")
    holder = getattr(import_module(point.module), owner)
    known, passages = getattr(holder, name), count(1)

    def die() -> None:
        if next(passages) == passage:
            os.kill(os.getpid(), signal.SIGKILL)

    @wraps(known)
    def dying(*given: Any, **named: Any) -> Any:
        if point.before:
            die()
        answer = known(*given, **named)
        if not point.before and (answer or not point.busy):
            die()
        return answer

    setattr(holder, name, dying)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
