"""From a press on a real socket to the first person's channel called, beside three bare hops and stock nameko."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from statistics import median

from bench import hops
from bench.house import Call, House
from bench.rounds import Rounds
from bench.row import Row
from bench.watches import Watches
from suite.latency_plot import write_latency_plot
from suite.percentile import percentile

RATE = 50.0


def measure(house: House, rounds: Rounds, plot: Path) -> list[Row]:
    """`plot` shows every call of every turn over the time of its turn."""
    turns: list[list[Call]] = []

    def suite() -> list[float]:
        turns.append(_pressed(house, rounds.alarms))
        return [call.ms for call in turns[-1]]

    with hops.running(house.stage, hops.BARE) as bare, hops.running(house.stage, hops.NAMEKO) as nameko:
        seen = rounds.turns(
            suite,
            lambda: bare.latencies(number=rounds.alarms, rate=RATE),
            lambda: nameko.latencies(number=rounds.alarms, rate=RATE),
        )
    write_latency_plot(plot, {f"turn {number}": _over_time(turn) for number, turn in enumerate(turns)}, [])
    house.stage.say(f"every call of these turns: {plot}")
    return _rows(*zip(*seen, strict=True))


def _rows(suite: Sequence[list[float]], bare: Sequence[list[float]], nameko: Sequence[list[float]]) -> list[Row]:
    middle, worst = _at(bare, 0.5), _at(bare, 0.99)
    what = f"three bare durable hops, {RATE:.0f}/s as well"
    return [
        Row(
            name="alarm_to_notify_p50",
            value=_at(suite, 0.5),
            unit="ms",
            floor=middle,
            beside=what,
        ),
        Row(name="alarm_to_notify_p99", value=_at(suite, 0.99), unit="ms", floor=worst, beside=what),
        Row(
            name="alarm_to_notify_p50_stock_nameko",
            value=_at(nameko, 0.5),
            unit="ms",
            floor=middle,
            beside=f"the same hops; its p99 is {_at(nameko, 0.99):.0f} ms",
        ),
    ]


def _at(turns: Sequence[list[float]], share: float) -> float:
    """The median of the turns' percentiles."""
    return median(percentile(turn, share) for turn in turns)


def _pressed(house: House, number: int) -> list[Call]:
    with Watches(house.state.watch, house.homes[:number]) as watches:
        calls = house.calls(watches.press(number, RATE))
    house.close_incidents()
    return calls


def _over_time(calls: Sequence[Call]) -> list[tuple[float, float]]:
    began: datetime = min(call.sent for call in calls)
    return [((call.sent - began).total_seconds(), call.ms) for call in calls]
