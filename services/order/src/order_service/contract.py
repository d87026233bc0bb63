"""Fact → published event: the list of what leaves the house. Field names are the same on both sides."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Protocol

from google.protobuf.message import Message

from chassis.work import Work
from eldercare.order.v1 import events_pb2, incident_pb2
from order_service.incident.domain import facts as incident_facts
from order_service.incident.domain.words import Outcome
from order_service.task import domain as task_facts
from order_service.visit.domain import facts as order_facts
from order_service.visit.domain.amount import Amount

PUBLISHED: Mapping[type, type[Message]] = {
    incident_facts.IncidentOpened: events_pb2.IncidentOpened,
    incident_facts.AlarmAttached: events_pb2.AlarmAttached,
    incident_facts.ResponsibilityMoved: events_pb2.ResponsibilityMoved,
    incident_facts.DutyDeskPaged: events_pb2.DutyDeskPaged,
    incident_facts.IncidentClosed: events_pb2.IncidentClosed,
    task_facts.TaskOpened: events_pb2.TaskOpened,
    task_facts.AlarmAttachedToTask: events_pb2.AlarmAttachedToTask,
    task_facts.TaskDone: events_pb2.TaskDone,
    order_facts.OrderPlaced: events_pb2.OrderPlaced,
    order_facts.OrderOffered: events_pb2.OrderOffered,
    order_facts.OrderUnanswered: events_pb2.OrderUnanswered,
    order_facts.OfferDeclined: events_pb2.OfferDeclined,
    order_facts.OrderAccepted: events_pb2.OrderAccepted,
    order_facts.WorkerDeparted: events_pb2.WorkerDeparted,
    order_facts.WorkerArrived: events_pb2.WorkerArrived,
    order_facts.ServiceStarted: events_pb2.ServiceStarted,
    order_facts.ServiceCompleted: events_pb2.ServiceCompleted,
    order_facts.OrderConfirmed: events_pb2.OrderConfirmed,
    order_facts.OrderCancelled: events_pb2.OrderCancelled,
    order_facts.OrderMissed: events_pb2.OrderMissed,
    order_facts.OrderOverdue: events_pb2.OrderOverdue,
    order_facts.OrderOfferedToProviders: events_pb2.OrderOfferedToProviders,
    order_facts.ProviderAccepted: events_pb2.ProviderAccepted,
    order_facts.WorkerReplaced: events_pb2.WorkerReplaced,
    order_facts.OffersWithdrawn: events_pb2.OffersWithdrawn,
    order_facts.ProviderReleased: events_pb2.ProviderReleased,
    order_facts.OrderRated: events_pb2.OrderRated,
}


class Recorded(Protocol):
    """An aggregate with facts nobody has been told yet."""

    name: str
    facts: list[Any]


def publish(work: Work, source: Recorded, *, region: str, person: str, correlation: str, rule: str = "") -> list[str]:
    """Tells all facts of an aggregate, in order; returns the ids of the events."""
    told = [
        work.publish(
            to_event(fact), aggregate=source.name, region=region, person=person, correlation=correlation, rule=rule
        )
        for fact in source.facts
    ]
    source.facts.clear()
    return told


def to_event(fact: Any) -> Message:
    message = PUBLISHED[type(fact)]()
    for each in fields(fact):
        _put(message, each.name, getattr(fact, each.name))
    return message


def uuid_of(name: str) -> str:
    """The last segment of a resource name: an incident's is its correlation."""
    return name.rpartition("/")[2]


def _put(message: Message, name: str, value: object) -> None:
    if isinstance(value, datetime):
        getattr(message, name).FromDatetime(value)
    elif isinstance(value, Amount):
        getattr(message, name).minor, getattr(message, name).asset = value.minor, value.asset
    elif isinstance(value, Outcome):
        setattr(message, name, incident_pb2.Outcome.Value(f"OUTCOME_{value.name}"))
    elif isinstance(value, Iterable) and not isinstance(value, str):
        getattr(message, name).extend(value)
    else:
        setattr(message, name, value)
