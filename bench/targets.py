"""What the design asks of each path."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`upward`: more is better. `ratio` is against the floor, `value` in the row's own unit."""

    upward: bool
    ratio: float | None = None
    value: float | None = None

    def __str__(self) -> str:
        sign = ">=" if self.upward else "<="
        parts = [f"{sign} {self.ratio:g} x floor"] if self.ratio is not None else []
        parts += [f"{sign} {self.value:,g}"] if self.value is not None else []
        return " and ".join(parts)

    def misses(self, value: float, ratio: float | None) -> Iterator[str]:
        """Each bound that is not kept, and by how much."""
        if self.ratio is not None and (ratio is None or not self._keeps(ratio, self.ratio)):
            yield "there is no floor to compare with" if ratio is None else self._by(ratio, self.ratio, " x floor")
        if self.value is not None and not self._keeps(value, self.value):
            yield self._by(value, self.value, "")

    def _keeps(self, reached: float, bound: float) -> bool:
        return reached >= bound if self.upward else reached <= bound

    def _by(self, reached: float, bound: float, what: str) -> str:
        over = abs(reached - bound) / bound
        return f"{reached:,.3g}{what} is {over:.0%} {'below' if self.upward else 'above'} {bound:,g}{what}"


def at_least(*, ratio: float | None = None, value: float | None = None) -> Target:
    return Target(upward=True, ratio=ratio, value=value)


def at_most(*, ratio: float | None = None, value: float | None = None) -> Target:
    return Target(upward=False, ratio=ratio, value=value)


TARGETS = {
    "alarm_to_notify_p50": at_most(ratio=2.5),
    "alarm_to_notify_p99": at_most(ratio=5),
    "alarm_throughput": at_least(value=100),
    "story_throughput": at_least(value=20),
    "hop_throughput": at_least(ratio=0.6, value=1_000),
    "vitals_throughput": at_least(value=5_000),
    "rpc_throughput": at_least(ratio=0.6),
    "suite_start": at_most(value=8),
    "box_memory": at_most(value=500),
}
