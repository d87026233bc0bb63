"""One path as it was measured: its value, its floor in the same turns, and what of its target is missed."""

from dataclasses import dataclass

from bench.targets import TARGETS, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`value` is None when the path could not be measured; `beside` says what the floor is, or how it was counted."""

    name: str
    value: float | None
    unit: str
    beside: str
    floor: float | None = None

    @property
    def target(self) -> Target | None:
        return TARGETS.get(self.name)

    @property
    def ratio(self) -> float | None:
        return None if self.value is None or not self.floor else self.value / self.floor

    @property
    def misses(self) -> list[str]:
        if self.target is None:
            return []
        return ["not measured"] if self.value is None else list(self.target.misses(self.value, self.ratio))

    @property
    def met(self) -> bool | None:
        """None: the design asks nothing of it."""
        return None if self.target is None else not self.misses

    def as_json(self) -> dict[str, object]:
        target = None if self.target is None else str(self.target)
        plain: dict[str, object] = {"name": self.name, "value": self.value, "unit": self.unit, "floor": self.floor}
        return plain | {"ratio": self.ratio, "target": target, "met": self.met}
