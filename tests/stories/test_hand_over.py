"""The press becomes an incident even when nobody consumes events, and someone is called even then."""

from collections.abc import Iterator

import pytest

from eldercare.notify.v1.events_pb2 import LadderStarted
from eldercare.order.v1 import events_pb2 as facts
from suite.audit import audit
from suite.box import Box
from suite.waiting import until
from tests.support.house import House


@pytest.fixture
def deaf(box: Box, house: House) -> Iterator[House]:
    """A suite whose consumers are dead, as if every events process had crashed at once."""
    box.processes["events"].kill()
    yield house
    box.processes["events"].start()
    box.processes["events"].wait_ready(60)


@pytest.fixture
def frozen(box: Box, house: House) -> Iterator[House]:
    """A suite whose broker hangs: it is there, and it answers nothing."""
    box.servers.rabbitmq.freeze()
    yield house
    box.servers.rabbitmq.thaw()
    box.processes["events"].wait_ready(60)


def test_a_press_is_handed_over_when_no_consumer_is_alive(deaf: House) -> None:
    deaf.press()
    incident = deaf.incident().incident
    deaf.sees(LadderStarted, lambda fact: fact.incident == incident)
    deaf.message_to(deaf.household.family, incident)


def test_a_press_is_handed_over_when_the_broker_hangs(frozen: House) -> None:
    frozen.press()
    incident = frozen.incident().incident
    frozen.sees(LadderStarted, lambda fact: fact.incident == incident)
    frozen.message_to(frozen.household.family, incident)


def test_the_event_that_comes_late_opens_no_second_incident(box: Box, house: House) -> None:
    box.processes["events"].kill()
    house.press()
    incident = house.incident().incident
    box.processes["events"].start()
    box.processes["events"].wait_ready(60)
    until(lambda: not audit(house.journals).breaches, "no breach", patience_s=60)
    opened = house.all(facts.IncidentOpened, lambda fact: fact.person == house.household.elder)
    assert [fact.incident for fact in opened] == [incident]
