"""A flood of what can wait while alarms run: the urgent lane does not stand behind it."""

from collections.abc import Sequence
from dataclasses import replace

from chassis.clock import monotonic, pause
from suite.commands import resend
from tests.faults.play import under_load
from tests.faults.stage import Outcome, Row, Stage, Unstaged, Wait


def calm(stage: Stage) -> None:
    pause(stage.scale.window_s)


def flood(stage: Stage) -> None:
    """People tells every person again and again, to all who keep a copy."""
    began = monotonic()
    while monotonic() - began < stage.scale.window_s:
        resend.run(stage.box.place.run_dir, "persons")


def beside_each_other(stage: Stage) -> Outcome:
    """The same load twice, without the flood and with it; how long alarms took in both is told, not judged."""
    before, after = under_load(calm)(stage), under_load(flood)(stage)
    usual, flooded = _p99(before.waits), _p99(after.waits)
    seen = f"p99 {usual * 1000:.0f} ms calm, {flooded * 1000:.0f} ms flooded: ratio {flooded / usual:.2f}"
    return replace(after, wrong=[*before.wrong, *after.wrong], seen=seen)


def _p99(waits: Sequence[Wait]) -> float:
    times = sorted(wait.seconds for wait in waits)
    return times[int(len(times) * 0.99)] if times else float("nan")


ROWS = (Row(number=39, what="flood of normal events while alarms run", play=beside_each_other),)
UNSTAGED: tuple[Unstaged, ...] = ()
