"""Figures of a region in a period: what became of its incidents and orders, and how soon somebody came."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.refusal import Refusal
from chassis.work import Work
from order_service.region.scope import Scope

_EARLIEST = datetime(1970, 1, 31, tzinfo=UTC)
USUAL, LONGEST = timedelta(days=30), timedelta(days=366)


class PeriodWrong(Refusal):
    status = "INVALID_ARGUMENT"
    sentence = "A period ends after it starts, and lasts at most 366 days."


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    start: datetime
    end: datetime

    @classmethod
    def of(cls, start: datetime | None, end: datetime | None, now: datetime) -> "Period":
        """The thirty days until now, or until the end, when nothing else is said."""
        last = end or now
        first = start or max(last, _EARLIEST) - USUAL
        if not timedelta(0) < last - first <= LONGEST:
            raise PeriodWrong
        return cls(start=first, end=last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    count: int
    median_s: float
    p90_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Incidents by outcome, empty for open ones; orders by state."""

    incidents: dict[str, int]
    orders: dict[str, int]
    accept: Delay
    arrive: Delay


def figures(work: Work, scope: Scope, period: Period) -> Figures:
    told = {"region": scope.region, "below": scope.below, "start": period.start, "end": period.end}
    delays = work.one(_DELAYS, told) or {}
    return Figures(
        incidents=_counted(work.all(_INCIDENTS, told)),
        orders=_counted(work.all(_ORDERS, told)),
        accept=_delay(delays, "accept"),
        arrive=_delay(delays, "arrive"),
    )


def _counted(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {row["word"]: row["count"] for row in rows}


def _delay(row: dict[str, Any], of: str) -> Delay:
    median, p90 = row.get(f"{of}_s") or (0.0, 0.0)
    return Delay(count=row.get(f"{of}_count", 0), median_s=median, p90_s=p90)


_INCIDENTS = """
    SELECT coalesce(outcome, '') AS word, count(*) AS count FROM incidents
    WHERE (region = %(region)s OR region LIKE %(below)s) AND open_time >= %(start)s AND open_time < %(end)s
    GROUP BY word ORDER BY word"""
_ORDERS = """
    SELECT state AS word, count(*) AS count FROM orders
    WHERE (service_region = %(region)s OR service_region LIKE %(below)s)
      AND place_time >= %(start)s AND place_time < %(end)s
    GROUP BY word ORDER BY word"""
_DELAYS = """
    WITH answered AS (
        SELECT extract(epoch FROM min(o.accept_time) - min(h.receive_time))::float8 AS accept_s,
            extract(epoch FROM min(o.arrive_time) - min(h.receive_time))::float8 AS arrive_s
        FROM incidents i JOIN alarm_homes h ON h.home = i.name JOIN orders o ON o.incident = i.name
        WHERE (i.region = %(region)s OR i.region LIKE %(below)s) AND NOT i.archived
          AND i.open_time >= %(start)s AND i.open_time < %(end)s
        GROUP BY i.name)
    SELECT count(accept_s) AS accept_count, count(arrive_s) AS arrive_count,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY accept_s) AS accept_s,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY arrive_s) AS arrive_s
    FROM answered"""
