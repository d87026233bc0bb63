"""`eldercare load`: many presses, and a count of every one of them at the end."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console

from chassis.clock import wall_now
from suite import cast
from suite.commands.attach import attached
from suite.crowd import households, settle_in
from suite.journals import Journals
from suite.phone import as_person, as_suite
from suite.presses import Press, press_all
from suite.waiting import NeverHappened, until

LARGEST_CROWD = 200


def run(run_dir: Path, *, alarms: int, rate: float, seed: int) -> int:
    """Returns 0 when every acknowledged press is stored once and has its incident; 1 otherwise."""
    console = Console(highlight=False)
    with attached(run_dir) as (box, journals):
        homes = households(min(alarms, LARGEST_CROWD), seed)
        desk = as_person(box.rpc, cast.OPERATOR.login, cast.PASSWORD)
        settle_in(as_suite(box.rpc, Path(box.keys)), desk, homes)
        console.print(f"{len(homes)} made-up households; {alarms} presses, {rate:g} a second")
        began = wall_now() - timedelta(seconds=1)
        presses = press_all(box.watch, homes, alarms=alarms, rate=rate)
        wrong = check(journals, presses, began)
    times = sorted(press.acknowledged_ms for press in presses if press.acknowledged_ms is not None)
    if times:
        console.print(f"acknowledged {len(times)}: p50 {_at(times, 0.5):.0f} ms, p99 {_at(times, 0.99):.0f} ms")
    for sentence in wrong:
        console.print(f"[red]{sentence}")
    return 1 if wrong else 0


def check(journals: Journals, presses: Sequence[Press], began: datetime) -> list[str]:
    """Compares what the watches were told with what the stores hold: lost, doubled, without an incident."""
    told = Counter(press.device for press in presses if press.acknowledged_ms is not None)
    tried = Counter(press.device for press in presses)
    rows = (
        journals.connections["device"]
        .execute("SELECT name, device FROM alarms WHERE receive_time >= %s AND device = ANY(%s)", [began, list(tried)])
        .fetchall()
    )
    stored = Counter(row["device"] for row in rows)
    wrong = [
        f"lost: {device} was told {n}, stored {stored[device]}" for device, n in told.items() if stored[device] < n
    ]
    wrong += [
        f"doubled: {device} pressed {n}, stored {stored[device]}" for device, n in tried.items() if stored[device] > n
    ]
    alarms = [row["name"] for row in rows]

    def housed() -> bool:
        sql = "SELECT count(*) AS n FROM alarm_homes WHERE alarm = ANY(%s)"
        row = journals.connections["order"].execute(sql, [alarms]).fetchone()
        return bool(row and row["n"] == len(alarms))

    try:
        until(housed, "every alarm in an incident")
    except NeverHappened as never:
        wrong.append(str(never))
    return wrong


def _at(times: Sequence[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))]
