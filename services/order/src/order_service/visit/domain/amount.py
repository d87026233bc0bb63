"""Money in minor units of an asset."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    minor: int
    asset: str


def started_minutes(spent: timedelta) -> int:
    """A started minute counts; a visit has at least one."""
    return max(1, -(-spent // timedelta(minutes=1)))


def price_of(minutes: int, *, per_minute: Amount, cap: Amount) -> Amount:
    """Never more than the cap, which is what was held."""
    return Amount(minor=min(minutes * per_minute.minor, cap.minor), asset=per_minute.asset)
