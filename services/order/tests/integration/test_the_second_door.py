"""Nobody is being called, or nobody does anything: order pages the duty desk itself, past notify."""

from collections.abc import Iterator
from typing import Any

import pytest

from chassis.paging import PAGE, Pager
from chassis.webhook import Webhook
from eldercare.notify.v1.events_pb2 import AnswerGiven, LadderStarted
from eldercare.notify.v1.message_pb2 import AnswerKind
from eldercare.order.v1 import events_pb2 as told
from order_service.incident.desk import PAGES
from order_service.incident.domain.words import Outcome
from order_service.incident.ladder import START_LADDER, LadderStart
from order_service.incident.use_cases import close_incident
from order_service.visit.use_cases import cancel_order
from services.order.tests.cast import DAUGHTER, GARDEN, OPERATOR
from services.order.tests.duty_room import DutyRoom
from suite.testing.desk import DeskDoor, desk_listening


@pytest.fixture
def desk(room: DutyRoom) -> Iterator[DeskDoor]:
    """Notify cannot be reached; the desk can."""
    with desk_listening(DeskDoor()) as listening:
        room.effects[START_LADDER] = LadderStart(room.work, lambda *_: "UNREACHABLE")
        room.effects[PAGE] = Pager(Webhook(listening.url, "a made-up secret"), room.work, PAGES)
        yield listening


def told_to(desk: DeskDoor) -> list[tuple[str, str]]:
    return [(page.told["reason"], page.told["incident"]) for page in desk.pages]


def paged(room: DutyRoom) -> list[tuple[str, str, str]]:
    return [(fact.incident, fact.desk, fact.reason) for fact in room.told(told.DutyDeskPaged)]


def ladder_runs(room: DutyRoom, incident: str) -> None:
    room.tell(LadderStarted(incident=incident, steps=3), aggregate="ladders/x")


def answers(room: DutyRoom, incident: str, person: str, kind: AnswerKind.ValueType, **more: Any) -> None:
    room.tell(AnswerGiven(incident=incident, person=person, answer=kind, **more), aggregate="ladders/x")


def test_the_desk_is_paged_when_half_a_minute_passed_and_nobody_is_called(room: DutyRoom, desk: DeskDoor) -> None:
    incident = room.press()
    room.wait(seconds=3)
    room.wait(seconds=17)
    assert desk.pages == []
    room.wait(seconds=11)
    assert told_to(desk) == [("no_ladder", incident)]
    assert desk.pages[0].told["number"] == room.incident(incident)["number"]
    assert paged(room) == [(incident, GARDEN, "no_ladder")]


def test_a_page_never_holds_the_incident_back(room: DutyRoom, desk: DeskDoor) -> None:
    incident = room.press()
    for seconds in (3, 28):
        room.wait(seconds=seconds)
    ((envelope, _),) = room.db.events(told.DutyDeskPaged)
    assert envelope.aggregate != incident
    assert f"incidents/{envelope.correlation}" == incident


def test_a_ladder_that_runs_stands_the_page_down(room: DutyRoom, desk: DeskDoor) -> None:
    incident = room.press()
    room.wait(seconds=3)
    ladder_runs(room, incident)
    assert room.timer(f"desk-page:{incident}") is None
    room.wait(seconds=40)
    assert desk.pages == []


def test_a_ladder_that_runs_meanwhile_stops_a_page_that_was_not_taken_yet(room: DutyRoom, desk: DeskDoor) -> None:
    incident = room.press()
    desk.status = 503
    for seconds in (3, 28):
        room.wait(seconds=seconds)
    assert len(desk.pages) == 1
    ladder_runs(room, incident)
    desk.status = 204
    room.wait(seconds=10)
    assert (len(desk.pages), paged(room)) == (1, [])


def test_a_closed_incident_pages_nobody(room: DutyRoom, desk: DeskDoor) -> None:
    incident = room.press()
    room.wait(seconds=3)
    with room.work(OPERATOR) as work:
        cancel_order(work, room.order_of(incident), "not_needed", is_operator=True)
        close_incident(work, incident, Outcome.TEST, closer=OPERATOR, is_operator=True)
    room.wait(seconds=40)
    assert desk.pages == []


def test_a_desk_that_was_called_and_let_its_minute_pass_is_paged(room: DutyRoom, desk: DeskDoor) -> None:
    incident = room.press()
    ladder_runs(room, incident)
    room.wait(seconds=61)
    assert desk.pages == [], "notify calls it first"
    room.wait(seconds=61)
    assert told_to(desk) == [("nobody_answered", incident)]


def test_a_silent_desk_is_paged_every_five_minutes_until_someone_has_it(room: DutyRoom, desk: DeskDoor) -> None:
    incident = room.press()
    ladder_runs(room, incident)
    for _ in range(11):
        room.wait(seconds=61)
    assert len(desk.pages) == 3
    answers(room, incident, OPERATOR, AnswerKind.ANSWER_KIND_TAKE_OVER, is_operator=True)
    for _ in range(6):
        room.wait(minutes=2)
    assert len(desk.pages) == 3


def test_who_set_out_and_never_came_brings_the_desk_first_by_its_call_and_then_by_a_page(
    room: DutyRoom, desk: DeskDoor
) -> None:
    incident = room.press()
    ladder_runs(room, incident)
    answers(room, incident, DAUGHTER, AnswerKind.ANSWER_KIND_ON_MY_WAY)
    room.wait(minutes=31)
    assert (room.incident(incident)["responsible"], desk.pages) == (GARDEN, [])
    room.wait(seconds=61)
    assert told_to(desk) == [("nobody_answered", incident)]
