"""When a message may go out, and by which channels. Life safety is never limited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from notify_service.contact.domain import Channel, QuietHours


class Template(StrEnum):
    """What can be said; the sentences are in the catalogues."""

    ALARM_RAISED = "alarm_raised"
    ALARM_LATE = "alarm_late"
    NOBODY_COMING = "nobody_coming"
    DESK_RESPONSIBLE = "desk_responsible"
    ALARM_AGAIN = "alarm_again"
    STOOD_DOWN = "stood_down"
    DESK_TOOK_OVER = "desk_took_over"
    HELPER_THERE = "helper_there"
    INCIDENT_CLOSED = "incident_closed"
    DESK_PAGED = "desk_paged"
    ORDER_OFFERED = "order_offered"
    OFFER_GONE = "offer_gone"
    ORDER_UNANSWERED = "order_unanswered"
    ORDER_OVERDUE = "order_overdue"
    WORKER_COMING = "worker_coming"
    WORKER_REPLACED = "worker_replaced"
    WORKER_ARRIVED = "worker_arrived"
    SERVICE_COMPLETED = "service_completed"
    ORDER_MISSED = "order_missed"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_WITHDRAWN = "order_withdrawn"
    PAYMENT_SETTLED = "payment_settled"
    HOLD_REFUSED = "hold_refused"
    SIGN_IN_CODE = "sign_in_code"


# Every way to reach someone at once.
CALL = (Channel.VOICE, Channel.SMS, Channel.PUSH, Channel.FEED, Channel.EMAIL, Channel.WEBHOOK)
OFFER = (Channel.SMS, Channel.PUSH, Channel.FEED, Channel.WEBHOOK)
WRITTEN = (Channel.SMS, Channel.PUSH, Channel.FEED, Channel.EMAIL, Channel.WEBHOOK)
NEWS = (Channel.PUSH, Channel.FEED, Channel.EMAIL, Channel.WEBHOOK)
SCREEN = (Channel.FEED,)
# Nearly half of the families have no app, and some have no mobile.
LAST_RESORT = (Channel.SMS, Channel.VOICE)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

# Somebody has to move now. What is told beside them waits for no call, and no call waits for it.
FIRST = frozenset(
    {
        Template.ALARM_RAISED,
        Template.ALARM_LATE,
        Template.ALARM_AGAIN,
        Template.NOBODY_COMING,
        Template.DESK_RESPONSIBLE,
        Template.DESK_PAGED,
        Template.ORDER_UNANSWERED,
        Template.ORDER_OVERDUE,
    }
)

# At most so many messages by one channel to one recipient within a window.
LIMITS: dict[Channel, tuple[tuple[timedelta, int], ...]] = {
    Channel.VOICE: ((15 * MINUTE, 3), (HOUR, 7), (3 * HOUR, 15)),
    Channel.SMS: ((15 * MINUTE, 5), (HOUR, 11), (3 * HOUR, 21)),
}
LONGEST_WINDOW = 3 * HOUR


def free_at(channel: Channel, earlier: Sequence[datetime], now: datetime) -> datetime:
    """The first moment from now on at which one more message keeps every window of the channel."""
    moment, times = now, sorted(earlier)
    while True:
        later = max((_frees(times, window, most, moment) for window, most in LIMITS.get(channel, ())), default=moment)
        if later <= moment:
            return moment
        moment = later


def _frees(times: Sequence[datetime], window: timedelta, most: int, moment: datetime) -> datetime:
    inside = [time for time in times if time > moment - window]
    return moment if len(inside) < most else inside[-most] + window


def quiet_over(quiet_hours: str, local: datetime) -> datetime:
    hours = QuietHours.parse(quiet_hours)
    return hours.over_at(local) if hours else local
