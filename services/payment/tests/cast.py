"""Made-up people of a made-up community, and what order tells about them in one line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

from eldercare.order.v1 import order_pb2
from eldercare.order.v1.events_pb2 import OrderAccepted, OrderCancelled, OrderConfirmed, OrderMissed
from eldercare.people.v1.events_pb2 import PersonChanged
from eldercare.people.v1.person_pb2 import ROLE_KIND_ELDER, ROLE_KIND_FAMILY, Person, Role

CITY = "regions/demo-city"
LAKE = f"{CITY}/lake-district"
PLUM_GARDEN = f"{LAKE}/plum-street/plum-garden"
HILL = f"{CITY}/hill-district"

GRANNY_WEN = "persons/00000000-0000-7000-8000-000000000001"
DAUGHTER_WEN = "persons/00000000-0000-7000-8000-000000000002"
NURSE_TAO = "persons/00000000-0000-7000-8000-000000000003"
OPERATOR_MEI = "persons/00000000-0000-7000-8000-000000000004"
STRANGER = "persons/00000000-0000-7000-8000-000000000009"
PLUM_CARE = "providers/00000000-0000-7000-8000-0000000000a1"
PEAR_CARE = "providers/00000000-0000-7000-8000-0000000000a2"

EMERGENCY = "emergency"
NOVEMBER = datetime(2026, 11, 15, 8, 0, tzinfo=UTC)


def yuan(fen: int) -> order_pb2.Amount:
    return order_pb2.Amount(minor=fen, asset="CNY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One order of an urgent visit, as order tells of it."""

    order: str
    person: str = GRANNY_WEN
    provider: str = PLUM_CARE
    service_class: str = EMERGENCY
    cap: int = 10_000
    incident: str = "incidents/00000000-0000-7000-8000-0000000000b1"

    @property
    def settlement(self) -> str:
        return self.order.replace("orders/", "settlements/")

    def by(self, provider: str) -> Visit:
        return replace(self, provider=provider)

    def accepted(self) -> OrderAccepted:
        return OrderAccepted(
            order=self.order,
            incident=self.incident,
            person=self.person,
            worker=NURSE_TAO,
            provider=self.provider,
            service_class=self.service_class,
            price_cap=yuan(self.cap),
            urgent=bool(self.incident),
            payer_region=LAKE,
        )

    def confirmed(self, price: int) -> OrderConfirmed:
        return OrderConfirmed(
            order=self.order,
            incident=self.incident,
            person=self.person,
            provider=self.provider,
            service_class=self.service_class,
            verified_minutes=price // 200,
            price=yuan(price),
            confirmer=DAUGHTER_WEN,
            payer_region=LAKE,
        )

    def cancelled(self) -> OrderCancelled:
        return OrderCancelled(order=self.order, incident=self.incident, reason="by_family", worker=NURSE_TAO)

    def missed(self) -> OrderMissed:
        return OrderMissed(order=self.order, incident=self.incident, worker=NURSE_TAO)


def visit(cap: int = 10_000, *, person: str = GRANNY_WEN, service_class: str = EMERGENCY) -> Visit:
    return Visit(order=f"orders/{uuid4()}", cap=cap, person=person, service_class=service_class)


def granny(version: int = 1) -> PersonChanged:
    elder = Role(kind=ROLE_KIND_ELDER)
    return PersonChanged(person=Person(name=GRANNY_WEN, region=PLUM_GARDEN, roles=[elder], version=version))


def daughter(*rights: str, version: int = 1) -> PersonChanged:
    family = Role(kind=ROLE_KIND_FAMILY, object=GRANNY_WEN, rights=rights)
    return PersonChanged(person=Person(name=DAUGHTER_WEN, region=HILL, roles=[family], version=version))
