"""Event type → use case. Nothing here calls out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from google.protobuf.message import Message

from chassis.work import Work
from eldercare.order.v1 import order_pb2
from eldercare.order.v1.events_pb2 import OrderAccepted, OrderCancelled, OrderConfirmed, OrderMissed
from eldercare.people.v1.events_pb2 import PersonChanged, PersonErased, RegionChanged
from payment_service.ledger.domain.amount import Amount
from payment_service.person.use_cases import erase_person, keep_person, keep_region
from payment_service.settlement.domain.parts import Terms
from payment_service.settlement.use_cases import capture_for, hold_for, let_go_for


def on_order_accepted(work: Work, event: OrderAccepted) -> None:
    terms = Terms(
        order=event.order,
        incident=event.incident,
        person=event.person,
        payee=event.provider or event.worker,
        region=work.context.region,
        payer_region=event.payer_region,
        service_class=event.service_class,
        urgent=event.urgent,
        cap=_amount(event.price_cap),
        accept_time=_moment(work),
    )
    hold_for(work, terms)


def on_order_confirmed(work: Work, event: OrderConfirmed) -> None:
    terms = Terms(
        order=event.order,
        incident=event.incident,
        person=event.person,
        payee=event.provider,
        region=work.context.region,
        payer_region=event.payer_region,
        service_class=event.service_class,
        urgent=bool(event.incident),
        cap=_amount(event.price),
        accept_time=_moment(work),
    )
    capture_for(work, terms)


def on_order_cancelled(work: Work, event: OrderCancelled) -> None:
    let_go_for(work, event.order, event.incident, at=_moment(work))


def on_order_missed(work: Work, event: OrderMissed) -> None:
    let_go_for(work, event.order, event.incident, at=_moment(work))


def _moment(work: Work) -> datetime:
    """When it happened, which decides which month pays; never later than now."""
    return min(work.event.time, work.now) if work.event else work.now


def _amount(told: order_pb2.Amount) -> Amount:
    return Amount(minor=told.minor, asset=told.asset)


HANDLERS: Mapping[type[Message], Callable[[Work, Any], None]] = {
    OrderAccepted: on_order_accepted,
    OrderConfirmed: on_order_confirmed,
    OrderCancelled: on_order_cancelled,
    OrderMissed: on_order_missed,
    PersonChanged: keep_person,
    PersonErased: erase_person,
    RegionChanged: keep_region,
}
