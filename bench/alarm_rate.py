"""How many alarms a second a box keeps up with: no place grows, and everybody is called."""

from collections.abc import Callable, Sequence
from statistics import median

from bench.backlog import Watching, growing
from bench.house import House
from bench.rounds import Rounds
from bench.row import Row
from bench.watches import Press, Watches
from chassis.clock import wall_now

STEP = 1.15
FIRST = 100.0
# A turn climbs at most so many steps, and looks at most so many below where it began.
TRIES = 8
RUNGS = 17
# Presses that came out slower than this share of the wanted rate were not that rate.
PACE = 0.95


def measure(house: House, rounds: Rounds) -> Row:
    found = [FIRST]
    for _ in range(rounds.number):
        found.append(highest(found[-1] or FIRST, lambda rate: _is_kept(house, rate, rounds.window_s)))
    return Row(
        name="alarm_throughput",
        value=median(found[1:]),
        unit="1/s",
        beside=f"highest rate, in steps of {STEP - 1:.0%}, at which no place grows; no floor but the target",
    )


def highest(start: float, is_kept: Callable[[float], bool]) -> float:
    """The highest rate that is kept, on a ladder of `STEP`s through `start`; 0 when none of its `RUNGS` below is."""
    if is_kept(start):
        return _climbed(start, is_kept)
    kept, missed = RUNGS, 0  # rungs below the start: the lower one is taken for kept until it is asked
    while kept - missed > 1:
        middle = (kept + missed) // 2
        kept, missed = (middle, missed) if is_kept(start / STEP**middle) else (kept, middle)
    return start / STEP**kept if kept < RUNGS else 0.0


def _climbed(kept: float, is_kept: Callable[[float], bool]) -> float:
    for _ in range(TRIES):
        if not is_kept(kept * STEP):
            break
        kept *= STEP
    return kept


def _is_kept(house: House, rate: float, window_s: float) -> bool:
    number = min(len(house.homes), int(rate * window_s))
    with (
        house.backlog() as backlog,
        Watches(house.state.watch, house.homes[:number]) as watches,
        Watching(backlog) as watching,
    ):
        began = wall_now()
        presses = watches.press(number, rate)
        behind = growing(list(watching.samples), backlog.put_in(began, wall_now()))
    house.calls(presses)
    house.close_incidents()
    if pace(presses) < rate * PACE:
        behind.append("presses")
    said = f"not kept: {', '.join(behind)}" if behind else "kept"
    house.stage.say(f"  {rate:.0f} alarms a second for {number / rate:.0f} s: {said}")
    return not behind


def pace(presses: Sequence[Press]) -> float:
    """Presses a second as they were really sent."""
    moments = sorted(press.sent for press in presses)
    return (len(moments) - 1) / max((moments[-1] - moments[0]).total_seconds(), 1e-9)
