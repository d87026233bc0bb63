"""How often and how much; the median of a row's rounds is its value."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    number: int
    # Events of one round; `singles` are those published one by one; `calls` are rpc commands.
    events: int
    singles: int
    calls: int

    @classmethod
    def whole(cls) -> "Rounds":
        return cls(number=5, events=4_000, singles=1_000, calls=2_000)

    @classmethod
    def quick(cls) -> "Rounds":
        return cls(number=3, events=1_500, singles=300, calls=600)

    def medians(self, *measures: Callable[[], float]) -> tuple[float, ...]:
        """Turn about, so that a machine that slows down slows all of them; one turn of each is thrown away."""
        for measure in measures:
            measure()
        turns = [[measure() for measure in measures] for _ in range(self.number)]
        return tuple(median(values) for values in zip(*turns, strict=True))
