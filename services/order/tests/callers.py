"""Calls as apps, operators and services make them: signed, checked, refused by name."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from chassis.context import Caller
from chassis.rpc.client import Refused
from eldercare.order.v1 import order_pb2
from eldercare.order.v1.incident_service_pb2_grpc import IncidentServiceStub
from eldercare.order.v1.order_service_pb2_grpc import OrderServiceStub
from services.order.tests.cast import BO, CHEN, CITY, DISTRICT, FAR_DISTRICT, HOME, OPERATOR
from services.order.tests.duty_room import DutyRoom

Orders = Callable[[Caller], OrderServiceStub]
Incidents = Callable[[Caller], IncidentServiceStub]

DESK = Caller(subject=OPERATOR, roles=(f"operator@{DISTRICT}",))
CITY_DESK = Caller(subject="persons/city-desk", roles=(f"operator@{CITY}",))
FAR_DESK = Caller(subject="persons/far-desk", roles=(f"operator@{FAR_DISTRICT}",))


def person(name: str) -> Caller:
    return Caller(subject=name, roles=())


def asked(room: DutyRoom) -> str:
    """An order that Bo and Chen were asked to take."""
    room.on_duty(BO, CHEN)
    order = room.order_of(room.press())
    room.search()
    return order


def here(*, accuracy_m: float = 10) -> order_pb2.Position:
    return order_pb2.Position(lat=HOME[0], lon=HOME[1], accuracy_m=accuracy_m)


def new() -> str:
    return str(uuid4())


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.reason
