"""Rows as people and programs read them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from bench.rounds import Rounds

MISSING = (
    "alarm_to_notify_p50",
    "alarm_to_notify_p99",
    "alarm_to_notify_p50_stock_nameko",
    "alarm_throughput",
    "story_throughput",
    "vitals_throughput",
    "suite_start",
    "box_memory",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One path. `floor` is what `beside` reached in the same turns; without a target nothing is met or missed."""

    name: str
    value: float
    unit: str
    floor: float
    beside: str
    least_ratio: float | None = None
    least_value: float = 0.0

    @property
    def ratio(self) -> float:
        return self.value / self.floor

    @property
    def target(self) -> str | None:
        if self.least_ratio is None:
            return None
        least = f" and >= {self.least_value:,.0f} {self.unit}" if self.least_value else ""
        return f">= {self.least_ratio:.2f} x floor{least}"

    @property
    def met(self) -> bool | None:
        if self.least_ratio is None:
            return None
        return self.ratio >= self.least_ratio and self.value >= self.least_value


def as_json(rows: Sequence[Row]) -> dict[str, list[dict[str, object]]]:
    return {"rows": [_public(row) for row in rows]}


def print_table(rows: Sequence[Row], rounds: Rounds, facts: Mapping[str, str]) -> None:
    print(f"\n| {'name':<20} | {'value':>8} | unit | {'floor':>8} | ratio | {'target':<32} | met | beside")
    print(f"|{'-' * 22}|{'-' * 10}|------|{'-' * 10}|-------|{'-' * 34}|-----|-------")
    for row in rows:
        met = {True: "yes", False: "no", None: ""}[row.met]
        print(
            f"| {row.name:<20} | {row.value:>8,.0f} | {row.unit:<4} | {row.floor:>8,.0f} | {row.ratio:>5.2f} |"
            f" {row.target or '':<32} | {met:<3} | {row.beside}"
        )
    print(f"\nMedians of {rounds.number} turns each, value and floor in turn. Not measured yet: {', '.join(MISSING)}.")
    print("; ".join(f"{name} {fact}" for name, fact in facts.items()))


def _public(row: Row) -> dict[str, object]:
    kept = {key: value for key, value in asdict(row).items() if not key.startswith("least_")}
    return kept | {"ratio": row.ratio, "target": row.target, "met": row.met}
