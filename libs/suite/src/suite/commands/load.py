"""`eldercare load`: many presses, and a count of every one of them at the end."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from chassis.clock import wall_now
from suite import cast
from suite.commands.attach import attached
from suite.crowd import households, settle_in
from suite.evidence import History, verdicts
from suite.journals import Journals
from suite.phone import as_person, as_suite
from suite.presses import Producer
from suite.waiting import NeverHappened, until

LARGEST_CROWD = 200


def run(run_dir: Path, *, alarms: int, rate: float, seed: int) -> int:
    """Returns 0 when every acknowledged press is stored once and has its incident; 1 otherwise."""
    console = Console(highlight=False, soft_wrap=True)
    with attached(run_dir) as (box, journals):
        homes = households(min(alarms, LARGEST_CROWD), seed)
        desk = as_person(box.rpc, cast.OPERATOR.login, cast.PASSWORD)
        settle_in(as_suite(box.rpc, Path(box.keys)), desk, homes)
        console.print(f"{len(homes)} made-up households; {alarms} presses, {rate:g} a second")
        began = wall_now() - timedelta(seconds=1)
        presses = Producer(address=box.watch, homes=homes, rate=rate).press_while(lambda number: number < alarms)
        wrong = _wrong(journals, History(began=began, presses=[press.attempt for press in presses]))
    times = sorted(press.acknowledged_ms for press in presses if press.acknowledged_ms is not None)
    if times:
        console.print(f"acknowledged {len(times)}: p50 {_at(times, 0.5):.0f} ms, p99 {_at(times, 0.99):.0f} ms")
    for sentence in wrong:
        console.print(f"[red]{sentence}")
    return 1 if wrong else 0


def _wrong(journals: Journals, history: History) -> list[str]:
    """What was lost, doubled or never tried, of what the watches were told and the stores hold."""

    def found() -> list[str]:
        return [each for what, verdict in verdicts(journals, history).items() for each in verdict.sentences(what)]

    with suppress(NeverHappened):
        until(lambda: not found(), "every press in an incident, and somebody called")
    return found()


def _at(times: Sequence[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))]
