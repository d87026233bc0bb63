"""How often and how much; the median of a row's rounds is its value."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """Of one round: `events` of a hop, `singles` published one by one, `calls` over rpc, `alarms` at 50/s;
    `window_s` at a rate that may be too much; `story_s` of stories; `vitals` rounds of each watch. `homes` press;
    `starts` of everything. `exported` observations, once."""

    number: int
    events: int
    singles: int
    calls: int
    homes: int
    alarms: int
    window_s: float
    story_s: float
    vitals: int
    starts: int
    exported: int

    @classmethod
    def whole(cls) -> "Rounds":
        return cls(
            number=5,
            events=4_000,
            singles=1_000,
            calls=2_000,
            homes=2_000,
            alarms=500,
            window_s=20,
            story_s=8,
            vitals=16,
            starts=5,
            exported=1_000_000,
        )

    @classmethod
    def quick(cls) -> "Rounds":
        return cls(
            number=3,
            events=1_500,
            singles=300,
            calls=600,
            homes=600,
            alarms=200,
            window_s=12,
            story_s=4,
            vitals=8,
            starts=2,
            exported=100_000,
        )

    def turns(self, *measures: Callable[[], T]) -> list[tuple[T, ...]]:
        """Turn about, so that a machine that slows down slows all of them; one turn of each is thrown away."""
        for measure in measures:
            measure()
        return [tuple(measure() for measure in measures) for _ in range(self.number)]

    def medians(self, *measures: Callable[[], float]) -> tuple[float, ...]:
        return tuple(median(values) for values in zip(*self.turns(*measures), strict=True))
