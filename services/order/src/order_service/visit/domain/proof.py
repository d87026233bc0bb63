"""Is the worker really there? A position counts with its accuracy; the elder's code counts instead of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from order_service.visit.domain.refusals import PositionTooFar, PositionTooOld, PositionTooVague


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalRule:
    """A worker within `near_m` plus both accuracies is there."""

    near_m: float = 60
    accuracy_limit_m: float = 200
    fix_age_limit: timedelta = timedelta(minutes=3)
    rule: str = "rule:arrival/1"


ARRIVAL = ArrivalRule()
# Half the diagonal of a ~150 m cell, and a little.
CELL_SLACK_M = 120.0
HOME_SLACK_M = 0.0
CODE_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Where the worker stood."""

    accuracy_m: float
    fix_time: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """One place the elder may be, and how far from it the worker stood: home, the alarm's fix, or only the cell."""

    source: str
    distance_m: float
    slack_m: float


def prove_by_position(fix: Fix, places: Sequence[Whereabouts], now: datetime, rule: ArrivalRule = ARRIVAL) -> float:
    """Metres to the nearest place where the worker is believed; refuses a fix that is vague, old or far away."""
    if not 0 < fix.accuracy_m <= rule.accuracy_limit_m:
        raise PositionTooVague(accuracy_m=f"{fix.accuracy_m:.0f}", limit_m=f"{rule.accuracy_limit_m:.0f}")
    if fix.fix_time is not None and abs(now - fix.fix_time) > rule.fix_age_limit:
        raise PositionTooOld(limit_s=f"{rule.fix_age_limit.total_seconds():.0f}")
    for place in sorted(places, key=lambda place: place.distance_m):
        if place.distance_m <= rule.near_m + fix.accuracy_m + place.slack_m:
            return place.distance_m
    raise PositionTooFar(rule=rule.rule)
