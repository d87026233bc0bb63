"""Other services' facts as codes: which of their fields the timeline keeps. Never a name, a number to call, a place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any, Protocol

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from eldercare.device.v1.events_pb2 import DutyDeskPaged
from eldercare.order.v1 import events_pb2 as order
from eldercare.order.v1.incident_pb2 import Outcome
from eldercare.payment.v1 import events_pb2 as payment

Params = Callable[[Any], Mapping[str, str]]


class Money(Protocol):
    @property
    def minor(self) -> int: ...
    @property
    def asset(self) -> str: ...


def amount(money: Money) -> str:
    return f"{money.minor} {money.asset or 'CNY'}"


def time(stamp: Timestamp) -> str:
    return stamp.ToDatetime(tzinfo=UTC).isoformat() if stamp.seconds else ""


def last(name: str) -> str:
    return name.rpartition("/")[2]


def outcome_code(outcome: Outcome.ValueType) -> str:
    return Outcome.Name(outcome).removeprefix("OUTCOME_").lower()


def party(responsible: str) -> str:
    return "person" if responsible.startswith("persons/") else "desk"


def _moved(event: order.ResponsibilityMoved) -> Mapping[str, str]:
    return {
        "responsible": event.responsible,
        "party": party(event.responsible),
        "deadline_time": time(event.deadline_time),
        "reason": event.reason,
    }


def _offered(event: order.OrderOffered) -> Mapping[str, str]:
    return {
        "number": event.number,
        "ring": str(event.ring),
        "workers": str(len(event.workers)),
        "deadline_time": time(event.deadline_time),
    }


def _offered_to_providers(event: order.OrderOfferedToProviders) -> Mapping[str, str]:
    return {
        "ring": str(event.ring),
        "providers": str(len(event.providers)),
        "deadline_time": time(event.deadline_time),
    }


def _completed(event: order.ServiceCompleted) -> Mapping[str, str]:
    return {
        "worker": event.worker,
        "minutes": str(event.verified_minutes),
        "hand_over": event.hand_over,
        "price_amount": amount(event.price),
    }


def _settled(event: payment.PaymentSettled) -> Mapping[str, str]:
    return {
        "price_amount": amount(event.price),
        "voucher_amount": amount(event.voucher_part),
        "secure_amount": amount(event.secure_part),
        "claim_amount": amount(event.claim_part),
    }


def _worker(event: Any) -> Mapping[str, str]:
    return {"worker": event.worker}


LINES: Mapping[type[Message], Params] = {
    DutyDeskPaged: lambda event: {"alarm": event.alarm},
    order.IncidentOpened: lambda event: {"number": event.number, "kind": event.alarm_kind, "urgency": event.urgency},
    order.AlarmAttached: lambda event: {"alarm": event.alarm, "kind": event.alarm_kind, "urgency": event.urgency},
    order.ResponsibilityMoved: _moved,
    order.DutyDeskPaged: lambda event: {"reason": event.reason},
    order.IncidentClosed: lambda event: {"outcome": outcome_code(event.outcome), "closer": event.closer},
    order.TaskOpened: lambda event: {"task": event.task, "kind": event.kind, "device": event.device},
    order.AlarmAttachedToTask: lambda event: {"task": event.task, "alarm": event.alarm},
    order.TaskDone: lambda event: {"task": event.task},
    order.OrderPlaced: lambda event: {"number": event.number, "item": last(event.item)},
    order.OrderOffered: _offered,
    order.OrderOfferedToProviders: _offered_to_providers,
    order.ProviderAccepted: lambda event: {"provider": event.provider, "deadline_time": time(event.deadline_time)},
    order.OrderUnanswered: lambda event: {"number": event.number, "deadline_time": time(event.deadline_time)},
    order.OfferDeclined: lambda event: {"worker": event.worker, "provider": event.provider},
    order.OrderAccepted: lambda event: {"number": event.number, "worker": event.worker},
    order.WorkerReplaced: _worker,
    order.WorkerDeparted: _worker,
    order.WorkerArrived: lambda event: {"worker": event.worker, "proof": event.proof},
    order.ServiceStarted: _worker,
    order.ServiceCompleted: _completed,
    order.OrderConfirmed: lambda event: {"confirmer": event.confirmer, "price_amount": amount(event.price)},
    order.OrderRated: lambda _: {},  # the worker reads the line as well
    order.OrderCancelled: lambda event: {"reason": event.reason, "worker": event.worker},
    order.OrderMissed: lambda event: {"worker": event.worker, "replacement": event.replacement},
    order.OrderOverdue: lambda event: {"number": event.number, "worker": event.worker, "state": event.state},
    payment.HoldPlaced: lambda event: {
        "voucher_amount": amount(event.voucher_part),
        "secure_amount": amount(event.secure_part),
    },
    payment.HoldRefused: lambda event: {"reason": event.reason, "claim_amount": amount(event.claim_part)},
    payment.HoldReleased: lambda event: {"settlement": event.settlement},
    payment.PaymentSettled: _settled,
}
