"""A press ends with somebody told, whatever is dead, frozen, sick or cut off between the watch and the phones."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from eldercare.device.v1 import events_pb2 as device
from eldercare.notify.v1.events_pb2 import LadderStarted
from eldercare.order.v1 import events_pb2 as facts
from suite import cast
from suite.audit import audit
from suite.box import Box
from suite.servers.rabbitmq import control
from suite.servers.server import BinaryServer
from suite.waiting import until
from suite.wire import Trouble, Way, Wire
from tests.support.house import House
from tests.support.standing_in import PATIENCE_S, standing_in, without

Fault = Callable[[Box], AbstractContextManager[None]]
EVENTS = ("device", "order", "notify", "payment")
# Device asks order at 2 and at 5 s after the alarm; so does order of notify, at 2 and 7 s.
FIRST_TRIES = 2


@contextmanager
def dead_consumers(box: Box) -> Iterator[None]:
    box.processes["events"].kill()
    yield
    box.processes["events"].start()
    box.processes["events"].wait_ready(PATIENCE_S)


@contextmanager
def frozen_consumers(box: Box) -> Iterator[None]:
    box.processes["events"].freeze()
    yield
    box.processes["events"].thaw()
    box.processes["events"].wait_ready(PATIENCE_S)


def faulty_consumers(fault: str) -> Fault:
    return lambda box: standing_in(
        box, {"events": ["-m", "tests.support.faulty_events", fault, *EVENTS]}, again=fault == "dies"
    )


@contextmanager
def frozen_broker(box: Box) -> Iterator[None]:
    box.servers.rabbitmq.freeze()
    yield
    box.servers.rabbitmq.thaw()
    box.processes["events"].wait_ready(PATIENCE_S)


@contextmanager
def killed_broker(box: Box) -> Iterator[None]:
    box.servers.rabbitmq.kill()
    yield
    box.servers.rabbitmq.restart()
    box.processes["events"].wait_ready(PATIENCE_S)


@contextmanager
def broker_without_memory(box: Box) -> Iterator[None]:
    """It is there, takes nothing from publishers, and says so to nobody."""
    broker = box.servers.rabbitmq
    if not isinstance(broker, BinaryServer):
        pytest.skip("only a node of this machine can be talked into an alarm")
    control(broker, "set_vm_memory_high_watermark", "0.000001")
    try:
        yield
    finally:
        control(broker, "set_vm_memory_high_watermark", "0.3")


@contextmanager
def parted_from_broker(wire: Wire, box: Box) -> Iterator[None]:
    """Neither side hears the other, and neither is told; when they do again, their old lines are gone."""
    wire.suffer(Trouble(swallowed=frozenset(Way)))
    try:
        yield
    finally:
        wire.heal()
        wire.reset()
    box.processes["events"].wait_ready(PATIENCE_S)


FAULTS: dict[str, Fault] = {
    "consumers are dead": dead_consumers,
    "consumers are frozen": frozen_consumers,
    "consumers die of every alarm": faulty_consumers("dies"),
    "consumers live and do nothing": faulty_consumers("hangs"),
    "consumers fail and set aside": faulty_consumers("fails"),
    "the broker hangs": frozen_broker,
    "the broker is dead": killed_broker,
    "the broker has no memory": broker_without_memory,
}


def tries(house: House, service: str, kind: str, *, about: str) -> list[int]:
    """How often a call was tried until it was answered; empty when none was needed."""
    sql = "SELECT attempts FROM effects WHERE kind = %s AND key LIKE '%%' || %s AND state = 'done'"
    rows = house.journals.connections[service].execute(sql.encode(), [kind, about]).fetchall()
    return [row["attempts"] for row in rows]


def opened(house: House) -> list[str]:
    mine = house.all(facts.IncidentOpened, lambda fact: fact.person == house.household.elder)
    return [fact.incident for fact in mine]


def ladders(house: House, incident: str) -> int:
    return len(house.all(LadderStarted, lambda fact: fact.incident == incident))


def all_is_whole(house: House) -> None:
    until(lambda: not audit(house.journals).breaches, "no breach", patience_s=PATIENCE_S)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_press_is_one_incident_and_the_family_is_called_though(box: Box, house: House, fault: str) -> None:
    is_handed_over(house, FAULTS[fault](box))


def test_a_press_is_one_incident_though_nobody_and_the_broker_hear_each_other(
    box: Box, house: House, wire: Wire
) -> None:
    is_handed_over(house, parted_from_broker(wire, box))


def is_handed_over(house: House, fault: AbstractContextManager[None]) -> None:
    """One incident, one ladder, the family called, and no more tries than fit into the promised seconds."""
    with fault:
        house.press()
        (alarm,) = house.alarms(1)
        incident = house.incident().incident
        house.sees(LadderStarted, lambda fact: fact.incident == incident)
        house.message_to(house.household.family, incident)
        asked = tries(house, "device", "open_incident", about=alarm.alarm)
        asked += tries(house, "order", "start_ladder", about=incident)
    assert all(count <= FIRST_TRIES for count in asked)
    all_is_whole(house)
    assert opened(house) == [incident]
    assert ladders(house, incident) == 1


def test_without_order_the_duty_desk_is_paged_after_half_a_minute(box: Box, house: House) -> None:
    with standing_in(box, without("order")):
        house.press()
        (alarm,) = house.alarms(1)
        house.push_clock(seconds=31)
        paged = house.sees(device.DutyDeskPaged, lambda fact: fact.alarm == alarm.alarm)
        assert paged.region == alarm.region
        assert opened(house) == []
    house.incident()
    all_is_whole(house)
    assert len(opened(house)) == 1


def test_without_notify_order_pages_the_duty_desk_after_half_a_minute(box: Box, house: House) -> None:
    with standing_in(box, without("notify")):
        house.press()
        incident = house.incident()
        house.push_clock(seconds=31)
        paged = house.sees(facts.DutyDeskPaged, lambda fact: fact.incident == incident.incident)
        assert (paged.desk, paged.reason) == (incident.region, "no_ladder")
        assert ladders(house, incident.incident) == 0
    house.message_to(house.household.family, incident.incident)
    all_is_whole(house)
    assert ladders(house, incident.incident) == 1


@pytest.mark.parametrize("verb", ["kill", "freeze"])
def test_the_nearest_worker_is_found_without_redis(box: Box, house: House, verb: str) -> None:
    getattr(box.servers.redis, verb)()
    try:
        house.press()
        order = house.offered_to(cast.NEAR_WORKER)
    finally:
        box.servers.redis.thaw()
        if not box.servers.redis.is_up():
            box.servers.redis.restart()
    sql = 'SELECT DISTINCT source FROM dispatch_decisions WHERE "order" = %s'
    rows = house.journals.connections["order"].execute(sql.encode(), [order]).fetchall()
    assert [row["source"] for row in rows] == ["postgres"]
