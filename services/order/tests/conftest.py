"""A duty room of its own for each test: one elder with a daughter, one provider, nobody on duty yet."""

from collections.abc import Callable

import pytest

from services.order.tests.cast import DAUGHTER, DISTRICT, ELDER, OPERATOR
from services.order.tests.duty_room import NOBODY_LISTENS, DutyRoom
from suite.testing import DatabaseFactory

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
