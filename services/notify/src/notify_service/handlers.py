"""Event type → what notify does with it. Nothing here calls out: messages are effects, executed by core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from functools import partial
from typing import Any

from google.protobuf.message import Message

from chassis.work import Work
from eldercare.device.v1.events_pb2 import AlarmRaised, DutyDeskPaged
from eldercare.order.v1 import events_pb2 as order
from eldercare.payment.v1 import events_pb2 as payment
from eldercare.people.v1.events_pb2 import PersonChanged, PersonErased, RegionChanged
from notify_service.ladder import use_cases as ladder
from notify_service.ladder.store import Opening
from notify_service.news import use_cases as news
from notify_service.relation import use_cases as relation
from notify_service.timeline import use_cases as timeline
from notify_service.timeline.lines import LINES, outcome_code
from notify_service.timeline.lines import time as iso

Handler = Callable[[Work, Any], object]

# Whoever was going does not come: the ladder goes on from where it stood, and the duty desk is called.
LOST = frozenset({"deadline_passed", "missed", "cancelled"})
# Back at the desk for another reason. `nobody_reached` and `no_worker` are not here: their own facts call the desk.
BACK = frozenset({"cannot", "raised"})


def incident_opened(work: Work, event: order.IncidentOpened) -> None:
    opening = opening_of(event)
    timeline.alarm_joined(work, event.alarm, event.alarm_kind, event.incident, opening.alarm_time)
    timeline.record(work, event)
    ladder.start_ladder(work, opening)


def alarm_attached(work: Work, event: order.AlarmAttached) -> None:
    timeline.alarm_joined(work, event.alarm, event.alarm_kind, event.incident)
    timeline.record(work, event)
    ladder.alarm_joined(work, event.incident, event.alarm, event.alarm_kind, event.urgency)


def responsibility_moved(work: Work, event: order.ResponsibilityMoved) -> None:
    timeline.record(work, event)
    if event.reason in LOST:
        ladder.deadline_passed(work, event.incident, iso(event.deadline_time))
    elif event.reason in BACK:
        ladder.desk_is_responsible(work, event.incident, iso(event.deadline_time))
    elif event.reason == "take_over":
        ladder.taken_over(work, event.incident, event.responsible)
    elif event.reason == "arrived":
        ladder.helper_arrived(work, event.incident, event.responsible)


def incident_closed(work: Work, event: order.IncidentClosed) -> None:
    timeline.record(work, event)
    ladder.close_ladder(work, event.incident, outcome_code(event.outcome))


def order_placed(work: Work, event: order.OrderPlaced) -> None:
    timeline.record(work, event, timeline.order_placed(work, event))


def told(tell: Handler, work: Work, event: Message) -> None:
    """A line of the timeline, and people told."""
    timeline.record(work, event)
    tell(work, event)


def opening_of(event: Any) -> Opening:
    """From IncidentOpened or StartLadderRequest, which carry the same facts."""
    return Opening(
        incident=event.incident,
        number=event.number,
        person=event.person,
        place=event.place,
        region=event.region,
        alarm_kind=event.alarm_kind,
        urgency=event.urgency,
        alarm_time=event.alarm_receive_time.ToDatetime(tzinfo=UTC),
        archived=event.archived,
    )


HANDLERS: Mapping[type[Message], Handler] = {
    **dict.fromkeys(LINES, timeline.record),
    PersonChanged: relation.person_changed,
    PersonErased: relation.person_erased,
    RegionChanged: relation.region_changed,
    AlarmRaised: timeline.alarm_raised,
    DutyDeskPaged: partial(told, news.alarm_not_taken_up),
    order.IncidentOpened: incident_opened,
    order.AlarmAttached: alarm_attached,
    order.ResponsibilityMoved: responsibility_moved,
    order.IncidentClosed: incident_closed,
    order.OrderPlaced: order_placed,
    order.OrderOffered: partial(told, news.order_offered),
    order.OrderAccepted: partial(told, news.order_accepted),
    order.WorkerReplaced: partial(told, news.worker_replaced),
    order.OfferDeclined: partial(told, timeline.offer_declined),
    order.OrderUnanswered: partial(told, news.order_unanswered),
    order.WorkerArrived: partial(told, news.worker_arrived),
    order.ServiceCompleted: partial(told, news.service_completed),
    order.OrderMissed: partial(told, news.order_missed),
    order.OrderOverdue: partial(told, news.order_overdue),
    order.OrderCancelled: partial(told, news.order_cancelled),
    payment.PaymentSettled: partial(told, news.payment_settled),
    payment.HoldRefused: partial(told, news.hold_refused),
}
