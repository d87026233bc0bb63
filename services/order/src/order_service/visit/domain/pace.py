"""How fast an order must move. On site: 90 % within 45 minutes is the field's norm; a no-show is 30 minutes late."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    depart: timedelta
    arrive: timedelta
    start: timedelta
    overrun: timedelta
    rule: str


URGENT = Pace(
    depart=timedelta(minutes=10),
    arrive=timedelta(minutes=45),
    start=timedelta(minutes=15),
    overrun=timedelta(hours=1),
    rule="rule:pace-urgent/1",
)
CALM = Pace(
    depart=timedelta(minutes=30),
    arrive=timedelta(minutes=30),
    start=timedelta(minutes=30),
    overrun=timedelta(hours=1),
    rule="rule:pace-calm/1",
)
CONFIRM_AFTER = timedelta(hours=48)
# An ordinary order nobody took is given up this long after its booked start.
GIVE_UP_AFTER = timedelta(hours=4)


def pace_of(*, urgent: bool) -> Pace:
    return URGENT if urgent else CALM


def depart_deadline(pace: Pace, now: datetime, book_time: datetime | None) -> datetime:
    """Urgent: from the acceptance. Booked: from the booked start."""
    return max(now, book_time or now) + pace.depart


def arrive_deadline(pace: Pace, now: datetime, book_time: datetime | None) -> datetime:
    return max(now, book_time or now) + pace.arrive
