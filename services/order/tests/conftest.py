"""A duty room of its own for each test: one elder with a daughter, one provider, nobody on duty yet."""

from collections.abc import Callable

import pytest

from eldercare.order.v1.incident_service_pb2_grpc import IncidentServiceStub
from eldercare.order.v1.order_service_pb2_grpc import OrderServiceStub
from services.order.tests.callers import Incidents, Orders
from services.order.tests.cast import DAUGHTER, DISTRICT, ELDER, OPERATOR
from services.order.tests.duty_room import NOBODY_LISTENS, DutyRoom
from suite.testing import DatabaseFactory, RpcFactory, RunningRpc

RoomFactory = Callable[..., DutyRoom]


@pytest.fixture
def open_room(database: DatabaseFactory) -> RoomFactory:
    def opened(redis_url: str = NOBODY_LISTENS) -> DutyRoom:
        room = DutyRoom(database("order"), redis_url)
        room.provider("emergency", "cleaning", "meals")
        room.person(ELDER, ("ELDER", ""))
        room.person(DAUGHTER, ("FAMILY", ELDER))
        room.person(OPERATOR, ("OPERATOR", DISTRICT))
        return room

    return opened


@pytest.fixture
def room(open_room: RoomFactory) -> DutyRoom:
    return open_room()


@pytest.fixture
def served(room: DutyRoom, rpc: RpcFactory) -> RunningRpc:
    """People, device and notify cannot be reached."""
    nowhere = {f"ELDERCARE_RPC_{name}": "127.0.0.1:1" for name in ("PEOPLE", "DEVICE", "NOTIFY")}
    return rpc("order", db=room.db, environ=nowhere)


@pytest.fixture
def orders(served: RunningRpc) -> Orders:
    return lambda caller: OrderServiceStub(served.channel_as(caller))


@pytest.fixture
def incidents(served: RunningRpc) -> Incidents:
    return lambda caller: IncidentServiceStub(served.channel_as(caller))
