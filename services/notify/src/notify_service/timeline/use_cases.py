"""Writing the story down as facts arrive, and telling which alarm and order belongs to which incident."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.work import Work
from eldercare.device.v1.events_pb2 import AlarmRaised
from eldercare.order.v1 import events_pb2 as order
from notify_service.timeline import store
from notify_service.timeline.lines import LINES
from notify_service.timeline.store import Line, Thread

ALARM = AlarmRaised.DESCRIPTOR.full_name


def record(work: Work, event: Message, known: Thread | None = None) -> None:
    """One line for one fact of another service. `known`: of the order it names, where that was read already."""
    fact, context = work.event, work.context
    if fact is None:
        return
    incident = getattr(event, "incident", "")
    named = getattr(event, "order", "")
    thread = known or (store.thread_of(work, named) if named else Thread(noun=""))
    store.write(
        work,
        Line(
            source=str(fact.id),
            type=event.DESCRIPTOR.full_name,
            params={"number": thread.number} | dict(LINES[type(event)](event)),
            region=context.region or thread.region,
            correlation=context.correlation,
            time=fact.time,
            incident=incident or thread.incident,
            order=named,
        ),
    )


def alarm_raised(work: Work, event: AlarmRaised) -> None:
    """Its line waits for the incident that it belongs to."""
    store.put_thread(
        work,
        Thread(
            noun=event.alarm,
            person=event.person,
            region=event.region,
            params={"kind": event.kind},
            fact_time=_time(event.receive_time),
        ),
    )


def alarm_joined(work: Work, alarm: str, kind: str, incident: str, received: datetime | None = None) -> None:
    """The alarm's line, now that its incident is known; written once, whichever fact came first."""
    thread = store.put_thread(work, Thread(noun=alarm, incident=incident, params={"kind": kind}))
    fact = work.event
    store.write(
        work,
        Line(
            source=alarm,
            type=ALARM,
            params={"alarm": alarm, "kind": kind},
            region=thread.region or work.context.region,
            correlation=work.context.correlation,
            time=received or thread.fact_time or (fact.time if fact else work.now),
            incident=incident,
        ),
    )


def order_placed(work: Work, event: order.OrderPlaced) -> Thread:
    return store.put_thread(
        work,
        Thread(
            noun=event.order,
            incident=event.incident,
            person=event.person,
            region=event.service_region,
            number=event.number,
        ),
    )


def order_thread(work: Work, event: order.OrderAccepted | order.OrderOffered | order.WorkerReplaced) -> Thread:
    """What is known of the order, with what this fact adds; it may be the first one that arrives."""
    return store.put_thread(
        work,
        Thread(
            noun=event.order,
            incident=event.incident,
            person=work.context.person,
            region=work.context.region,
            number=event.number,
            worker="" if isinstance(event, order.OrderOffered) else event.worker,
        ),
    )


def offer_declined(work: Work, event: order.OfferDeclined) -> None:
    """Providers have no part in the timeline."""
    if event.worker:
        store.end_offers(work, event.order, [event.worker])


def _time(stamp: Timestamp) -> datetime | None:
    return stamp.ToDatetime(tzinfo=UTC) if stamp.seconds else None
