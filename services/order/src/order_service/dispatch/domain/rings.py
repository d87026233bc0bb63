"""How far and how long the search goes before it widens."""

from dataclasses import dataclass, replace
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    radius_m: int
    wait: timedelta
    # How many workers are asked at once.
    offers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rings:
    rings: tuple[Ring, ...]
    # How long the desk has before the next round.
    retry: timedelta
    rule: str

    def at(self, number: int) -> Ring:
        return self.rings[number - 1]

    def is_last(self, number: int) -> bool:
        return number >= len(self.rings)

    def within(self, radius_m: int) -> "Rings":
        """No ring reaches farther than the region allows."""
        return replace(self, rings=tuple(replace(ring, radius_m=min(ring.radius_m, radius_m)) for ring in self.rings))


def _ring(radius_m: int, wait_s: int, offers: int) -> Ring:
    return Ring(radius_m=radius_m, wait=timedelta(seconds=wait_s), offers=offers)


URGENT_RINGS = Rings(
    rings=(_ring(1_000, 60, 3), _ring(3_000, 60, 5), _ring(5_000, 120, 10)),
    retry=timedelta(minutes=1),
    rule="rule:rings-urgent/1",
)
CALM_RINGS = Rings(
    rings=(_ring(3_000, 600, 3), _ring(5_000, 1_800, 5), _ring(5_000, 3_600, 10)),
    retry=timedelta(minutes=15),
    rule="rule:rings-calm/1",
)


def rings_of(*, urgent: bool) -> Rings:
    return URGENT_RINGS if urgent else CALM_RINGS
