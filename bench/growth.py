"""What a path costs as the work grows: which do not notice, which are linear, which are worse."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import median

from bench.growth_paths import Paths
from bench.growth_rows import FACTS_A_DAY, Filler, add_days, add_devices, prepare
from bench.growth_shards import milliseconds_a_fact
from bench.rounds import Rounds
from bench.stage import Stage
from bench.table import number, table
from chassis.clock import monotonic

TURNS = 5
DEVICES = (1_000, 10_000, 100_000)
DAYS = (1, 10, 90)
SHARDS = (1, 2, 4)
SHARD_TURNS = 3
# A slow thing is looked at fewer times: it is steady.
SLOW_S = 2.0
# Exponents of growth: below the first a path does not notice, below the second it grows slower than the work.
STILL, LINEAR, WORSE = 0.15, 0.85, 1.15

Run = Callable[[], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Milliseconds a piece at each size."""

    path: str
    sizes: Sequence[int]
    ms: Sequence[float]

    @property
    def exponent(self) -> float:
        """t grows as size to the power of it."""
        return log(self.ms[-1] / self.ms[0]) / log(self.sizes[-1] / self.sizes[0])

    @property
    def verdict(self) -> str:
        if self.exponent < -STILL:
            return "falls"
        if self.exponent < STILL:
            return "does not grow"
        if self.exponent < LINEAR:
            return "less than linear"
        return "linear" if self.exponent <= WORSE else "more than linear"


def grow(stage: Stage, *, quick: bool) -> None:
    """Fills the databases step by step and prints a table for each axis."""
    prepare(stage)
    devices, days = (DEVICES[:2], DAYS[:2]) if quick else (DEVICES, DAYS)
    paths = Paths(stage)
    filler = Filler(stage, add_devices)

    def to_devices(size: int) -> None:
        filler.to(size)
        paths.devices = size

    _print("devices", _axis(stage, devices, to_devices, _of_devices(paths)))
    what = f"days of journal, {FACTS_A_DAY:,} facts a day"
    _print(what, _axis(stage, days, Filler(stage, add_days).to, _of_days(paths)))
    paths.close()
    number = Rounds.quick().events
    _print("shards, an events process each", [_of_shards(stage, SHARDS[:2] if quick else SHARDS, number)])


def _of_shards(stage: Stage, shards: Sequence[int], number: int) -> Growth:
    ms = [median(milliseconds_a_fact(stage, each, number) for _ in range(SHARD_TURNS)) for each in shards]
    return Growth(path="a fact handled, of a full queue", sizes=shards, ms=ms)


def _of_devices(paths: Paths) -> Mapping[str, Run]:
    return {
        "a vital stored (batch of 64)": paths.store_vitals,
        "an alarm stored and raised (batch of 16)": paths.store_alarms,
        "an alarm taken by order (batch of 16)": paths.take_alarms,
        "the workers within 5 km, as many more on duty": paths.find_workers,
        "audit of all services": paths.audit,
    }


def _of_days(paths: Paths) -> Mapping[str, Run]:
    return {
        "an alarm taken by order (batch of 16)": paths.take_alarms,
        "a claim found done already (of 256)": paths.claim_again,
        "a fact of one story read": paths.read_story,
        "all chains verified": paths.verify_chain,
        "audit of all services": paths.audit,
    }


def _axis(stage: Stage, sizes: Sequence[int], fill: Callable[[int], None], runs: Mapping[str, Run]) -> list[Growth]:
    seen: dict[str, list[float]] = {path: [] for path in runs}
    for size in sizes:
        fill(size)
        stage.say(f"filled to {size:,}")
        for path, run in runs.items():
            seen[path].append(milliseconds(run))
    return [Growth(path=path, sizes=sizes, ms=ms) for path, ms in seen.items()]


def milliseconds(run: Run) -> float:
    """A piece; the median of some turns, the first thrown away. A slow run is its own median."""
    took = _timed(run)
    if took > SLOW_S * 1000:
        return took
    return median(_timed(run) for _ in range(TURNS))


def _timed(run: Run) -> float:
    began = monotonic()
    pieces = run()
    return (monotonic() - began) * 1000 / pieces


def _print(axis: str, grown: Sequence[Growth]) -> None:
    head = ["milliseconds", *(f"{size:,}" for size in grown[0].sizes), "grows as", f"with {axis}"]
    body = [[each.path, *map(number, each.ms), f"n^{each.exponent:.2f}", each.verdict] for each in grown]
    print()
    for line in table(head, body):
        print(line)
