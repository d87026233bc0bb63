"""A process that runs one timer or one effect and hangs at a point, until somebody kills it."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chassis.database import connect
from chassis.effect_runner import EffectRunner
from chassis.effects import Effect, OneShot, Outcome
from chassis.timers import Timer, TimerRunner
from chassis.work import Work
from eldercare.people.v1.events_pb2 import RegionChanged

KIND = "killed"


class Outside(OneShot):
    """Keeps each call as a line of a file and can be asked about it."""

    def __init__(self, calls: Path, reached: Callable[[str], None] = lambda _: None) -> None:
        self.calls, self._reached = calls, reached

    def call(self, effect: Effect) -> Outcome:
        with self.calls.open("a") as calls:
            calls.write(f"{effect.key}\n")
        self._reached("in call")
        return Outcome.done(effect.key)

    def ask(self, effect: Effect) -> Outcome | None:
        return Outcome.done(effect.key) if effect.key in made(self.calls) else None

    def settle(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        work.publish(RegionChanged(), aggregate=f"effects/{effect.key}")
        self._reached("in settle")


def made(calls: Path) -> list[str]:
    return calls.read_text().split() if calls.exists() else []


def note(work: Work, timer: Timer) -> None:
    work.publish(RegionChanged(), aggregate=f"timers/{timer.key}")


def main(url: str, what: str, point: str, calls: str) -> None:
    def reached(here: str) -> None:
        if here == point:
            sys.stdout.write("here\n")
            sys.stdout.flush()
            time.sleep(60)

    def handle(work: Work, timer: Timer) -> None:
        reached("claimed")
        note(work, timer)
        reached("handled")

    runner: Any = TimerRunner(url, "people", {KIND: handle})
    if what == "effect":
        runner = EffectRunner(url, "people", {KIND: Outside(Path(calls), reached)})
        claim, settle = runner._claim, runner._settle_lot

        def claimed(*asked: object) -> object:
            effects = claim(*asked)
            reached("claimed")
            return effects

        def called(*outcome: object) -> None:
            reached("called")
            settle(*outcome)

        runner._claim, runner._settle_lot = claimed, called
    with connect(url, name="killed") as connection:
        reached("before")
        runner.tick(connection)
        reached("done")


if __name__ == "__main__":
    main(*sys.argv[1:])
