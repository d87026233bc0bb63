"""An alarm leaves the house: by its event, by a call, or by a page to the desk; and each only as long as needed."""

import hmac
from collections.abc import Iterator
from hashlib import sha256

import pytest
from google.protobuf.message import Message

from chassis.effects import Executor
from chassis.paging import PAGE, Pager
from chassis.webhook import Webhook
from device_service.alarm.executors import OpenIncident
from device_service.alarm.hand_over import OPEN_INCIDENT, PAGES, TIMERS, find_forgotten
from device_service.alarm.store import find_alarm
from device_service.auditor import audit
from device_service.handlers import HANDLERS
from eldercare.device.v1.events_pb2 import AlarmRaised, DutyDeskPaged
from eldercare.order.v1.events_pb2 import AlarmAttached, AlarmAttachedToTask, IncidentOpened, TaskOpened
from services.device.tests.cast import GRANNY_WEN, PARK_CELL, PLUM_GARDEN, Wire, press
from services.device.tests.peers import OrderDoor, order_listening
from suite.simulated_watch import SimulatedWatch, Status
from suite.testing import TestDatabase
from suite.testing.desk import DeskDoor, desk_listening

Effects = dict[str, Executor]


@pytest.fixture
def order() -> OrderDoor:
    return OrderDoor()


@pytest.fixture
def desk() -> Iterator[DeskDoor]:
    with desk_listening(DeskDoor()) as listening:
        yield listening


@pytest.fixture
def effects(db: TestDatabase, order: OrderDoor, desk: DeskDoor) -> Iterator[Effects]:
    with order_listening(order) as clients:
        yield {
            OPEN_INCIDENT: OpenIncident(clients, db.work),
            PAGE: Pager(Webhook(desk.url, "a made-up secret"), db.work, PAGES),
        }


@pytest.fixture
def alarm(db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch) -> str:
    (stored,) = wire.say(press(watch, db.now()))
    return stored.alarms[0]


def wait(db: TestDatabase, effects: Effects, seconds: float) -> None:
    db.push_clock(seconds=seconds)
    db.run_timers(TIMERS)
    db.run_effects(effects)


def handed_over_to(db: TestDatabase, alarm: str) -> str:
    with db.work() as work:
        found = find_alarm(work, alarm)
    assert found is not None
    return found.handed_over_to


def timers(db: TestDatabase) -> list[str]:
    return [row["key"] for row in db.connection.execute("SELECT key FROM timers ORDER BY key")]


def test_order_is_asked_with_the_events_own_id_when_two_seconds_bring_no_answer(
    db: TestDatabase, alarm: str, effects: Effects, order: OrderDoor, desk: DeskDoor
) -> None:
    wait(db, effects, 1)
    assert order.asked == []
    wait(db, effects, 1.5)
    (asked,) = order.asked
    ((envelope, raised),) = db.events(AlarmRaised)
    assert isinstance(raised, AlarmRaised)
    assert asked.request_id == str(envelope.id)
    assert asked.correlation == envelope.correlation
    assert (asked.alarm, asked.kind, asked.person, asked.region) == (alarm, "sos_press", GRANNY_WEN, PLUM_GARDEN)
    assert (asked.cell, asked.receive_time) == (PARK_CELL, raised.receive_time)
    assert order.callers[0].startswith("Bearer ")
    assert handed_over_to(db, alarm) == f"incidents/{envelope.correlation}"
    assert timers(db) == []
    wait(db, effects, 60)
    assert len(order.asked) == 1
    assert desk.pages == []


def test_an_order_that_does_not_answer_is_asked_again_at_5_10_and_20_seconds_and_the_desk_paged_at_30(
    db: TestDatabase, alarm: str, effects: Effects, order: OrderDoor, desk: DeskDoor
) -> None:
    order.is_open = False
    for asked, seconds in enumerate([2.5, 3, 5, 10], start=1):
        assert len(order.asked) == asked - 1
        wait(db, effects, seconds)
        assert len(order.asked) == asked
    assert desk.pages == []
    wait(db, effects, 10)
    (page,) = desk.pages
    assert (page.told["alarm"], page.told["region"], page.told["kind"]) == (alarm, PLUM_GARDEN, "sos_press")
    assert page.headers["Idempotency-Key"] == f"page:no_incident:{alarm}"
    (paged,) = db.messages(DutyDeskPaged)
    assert isinstance(paged, DutyDeskPaged)
    assert (paged.alarm, paged.region) == (alarm, PLUM_GARDEN)


def test_after_the_desk_was_paged_order_is_still_asked_until_there_is_an_incident(
    db: TestDatabase, alarm: str, effects: Effects, order: OrderDoor, desk: DeskDoor
) -> None:
    order.is_open = False
    for seconds in (3, 4, 6, 11, 11, 20):
        wait(db, effects, seconds)
    order.is_open = True
    wait(db, effects, 60)
    assert handed_over_to(db, alarm).startswith("incidents/")
    assert len(desk.pages) == 1
    assert len({asked.request_id for asked in order.asked}) == 1


def test_the_desk_can_tell_a_true_page_from_a_forged_one(
    db: TestDatabase, alarm: str, effects: Effects, order: OrderDoor, desk: DeskDoor
) -> None:
    order.is_open = False
    for seconds in (3, 30):
        wait(db, effects, seconds)
    page = desk.pages[0]
    signed = page.headers["Eldercare-Timestamp"].encode() + b"." + page.body
    assert page.headers["Eldercare-Signature"] == hmac.new(b"a made-up secret", signed, sha256).hexdigest()


def test_a_desk_that_is_busy_is_told_again_under_the_same_key(
    db: TestDatabase, alarm: str, effects: Effects, order: OrderDoor, desk: DeskDoor
) -> None:
    order.is_open, desk.status = False, 503
    for seconds in (3, 30):
        wait(db, effects, seconds)
    desk.status = 204
    wait(db, effects, 5)
    assert [page.headers["Idempotency-Key"] for page in desk.pages] == [f"page:no_incident:{alarm}"] * 2
    assert len(db.messages(DutyDeskPaged)) == 1


def test_a_low_battery_wakes_no_desk(
    *,
    db: TestDatabase,
    worn: str,
    wire: Wire,
    watch: SimulatedWatch,
    effects: Effects,
    order: OrderDoor,
    desk: DeskDoor,
) -> None:
    order.is_open = False
    wire.say(press(watch, db.now(), status=Status.LOW_BATTERY))
    for seconds in (3, 30, 30):
        wait(db, effects, seconds)
    assert len(order.asked) == 3
    assert desk.pages == []


INCIDENT, TASK = "incidents/00000000-0000-7000-8000-00000000000a", "tasks/00000000-0000-7000-8000-00000000000b"


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        (IncidentOpened(incident=INCIDENT), INCIDENT),
        (AlarmAttached(incident=INCIDENT), INCIDENT),
        (TaskOpened(task=TASK), TASK),
        (AlarmAttachedToTask(task=TASK), TASK),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Message) else "",
)
def test_orders_answer_ends_the_hand_over_however_often_it_comes(
    *, db: TestDatabase, alarm: str, effects: Effects, order: OrderDoor, answer: Message, where: str
) -> None:
    answer.alarm = alarm  # type: ignore[attr-defined]
    db.deliver(HANDLERS, answer, aggregate=where)
    db.deliver(HANDLERS, answer, aggregate=where, sequence=2)
    assert (handed_over_to(db, alarm), timers(db)) == (where, [])
    wait(db, effects, 60)
    assert order.asked == []


def test_an_answer_that_comes_while_the_call_waits_stops_the_call(
    db: TestDatabase, alarm: str, effects: Effects, order: OrderDoor, desk: DeskDoor
) -> None:
    db.push_clock(seconds=3)
    db.run_timers(TIMERS)
    db.deliver(HANDLERS, IncidentOpened(incident=INCIDENT, alarm=alarm), aggregate=INCIDENT)
    for seconds in (1, 30):
        wait(db, effects, seconds)
    assert (order.asked, desk.pages) == ([], [])
    assert handed_over_to(db, alarm) == INCIDENT


def test_an_answer_that_comes_after_the_call_changes_nothing(
    db: TestDatabase, alarm: str, effects: Effects, order: OrderDoor
) -> None:
    wait(db, effects, 3)
    where = handed_over_to(db, alarm)
    db.deliver(HANDLERS, AlarmAttached(incident=INCIDENT, alarm=alarm), aggregate=INCIDENT)
    assert handed_over_to(db, alarm) == where != INCIDENT


def test_the_auditor_finds_an_alarm_whose_timer_was_lost(
    db: TestDatabase, alarm: str, effects: Effects, order: OrderDoor
) -> None:
    db.connection.execute("DELETE FROM timers")
    db.push_clock(seconds=61)
    for found in (1, 0):
        with db.work() as work:
            assert find_forgotten(work) == found
    wait(db, effects, 0)
    assert handed_over_to(db, alarm).startswith("incidents/")


def test_the_auditor_leaves_alone_what_is_on_its_way(db: TestDatabase, alarm: str, order: OrderDoor) -> None:
    db.push_clock(minutes=5)
    with db.work() as work:
        assert find_forgotten(work) == 0
        audit(work)
    assert timers(db) == [f"hand-over:{alarm}"]
