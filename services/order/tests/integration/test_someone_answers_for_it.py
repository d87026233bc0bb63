"""At any instant an open incident has one responsible party and a deadline, and someone is told when it passes."""

from datetime import timedelta

import pytest

from eldercare.notify.v1.events_pb2 import AnswerGiven, LadderStarted, NobodyReached
from eldercare.notify.v1.message_pb2 import AnswerKind
from eldercare.order.v1 import events_pb2 as told
from order_service.auditor import audit
from order_service.incident.domain.refusals import IncidentAlreadyClosed, NotYourIncident, OrderUnfinished
from order_service.incident.domain.words import Outcome
from order_service.incident.use_cases import close_incident, take_over
from order_service.timers import TIMERS
from order_service.visit.use_cases import cancel_order, complete_service
from services.order.tests.cast import BO, CHEN, DAUGHTER, GARDEN, OPERATOR
from services.order.tests.duty_room import DutyRoom


def answer(room: DutyRoom, incident: str, person: str, kind: str, *, is_operator: bool = False) -> None:
    fact = AnswerGiven(
        incident=incident,
        person=person,
        answer=AnswerKind.Value(f"ANSWER_KIND_{kind}"),
        is_operator=is_operator,
    )
    room.tell(fact, aggregate="ladders/made-up")


def test_daughter_who_sets_out_answers_for_it_for_half_an_hour(room: DutyRoom) -> None:
    incident = room.press()
    answer(room, incident, DAUGHTER, "ON_MY_WAY")
    row = room.incident(incident)
    assert row["responsible"] == DAUGHTER
    assert row["deadline_time"] - room.db.now() > timedelta(minutes=29)


@pytest.mark.parametrize("kind", ["SEEN", "CANNOT", "TAKE_OVER"])
def test_other_answers_of_family_change_nothing(room: DutyRoom, kind: str) -> None:
    incident = room.press()
    answer(room, incident, DAUGHTER, kind)
    assert room.incident(incident)["responsible"] == GARDEN
    assert room.told(told.ResponsibilityMoved) == []


def test_operator_takes_over_by_answer_or_by_call(room: DutyRoom) -> None:
    incident = room.press()
    answer(room, incident, OPERATOR, "TAKE_OVER", is_operator=True)
    assert room.incident(incident)["responsible"] == OPERATOR
    with room.work(OPERATOR) as work:
        take_over(work, incident, OPERATOR)
    assert [fact.reason for fact in room.told(told.ResponsibilityMoved)] == ["take_over", "take_over"]


def test_daughter_who_cannot_after_all_gives_it_back_to_the_desk(room: DutyRoom) -> None:
    incident = room.press()
    answer(room, incident, DAUGHTER, "ON_MY_WAY")
    answer(room, incident, DAUGHTER, "CANNOT")
    assert room.incident(incident)["responsible"] == GARDEN
    assert room.told(told.ResponsibilityMoved)[-1].reason == "cannot"


def test_desk_is_called_again_each_time_it_lets_the_deadline_pass(room: DutyRoom) -> None:
    incident = room.press("responder_present")
    for _ in range(3):
        room.wait(minutes=10, seconds=1)
    moves = room.told(told.ResponsibilityMoved)
    assert [(move.responsible, move.reason) for move in moves] == [(GARDEN, "deadline_passed")] * 3
    assert room.incident(incident)["deadline_time"] > room.db.now()


def test_daughter_who_never_arrives_loses_it_to_the_desk(room: DutyRoom) -> None:
    incident = room.press()
    answer(room, incident, DAUGHTER, "ON_MY_WAY")
    room.wait(minutes=31)
    assert room.incident(incident)["responsible"] == GARDEN


def test_nobody_reached_gives_the_desk_a_new_deadline_unless_someone_is_on_the_way(room: DutyRoom) -> None:
    first, second = room.press(), room.press(person="persons/another")
    answer(room, second, DAUGHTER, "ON_MY_WAY")
    for incident in (first, second):
        room.tell(NobodyReached(incident=incident, region=GARDEN), aggregate="ladders/made-up")
    assert room.incident(first)["responsible"] == GARDEN
    assert room.incident(second)["responsible"] == DAUGHTER
    assert [move.reason for move in room.told(told.ResponsibilityMoved)] == ["on_my_way", "nobody_reached"]


def test_worker_who_arrives_outranks_the_daughter_on_her_way(room: DutyRoom) -> None:
    room.on_duty(BO)
    incident = room.press()
    room.search()
    order = room.order_of(incident)
    answer(room, incident, DAUGHTER, "ON_MY_WAY")
    room.accept(order, BO)
    assert room.incident(incident)["responsible"] == DAUGHTER
    room.arrive(order, BO)
    assert room.incident(incident)["responsible"] == BO.name


def test_daughter_who_sets_out_late_takes_it_from_nobody_who_is_there(room: DutyRoom) -> None:
    room.on_duty(BO)
    incident = room.press()
    room.search()
    order = room.order_of(incident)
    room.accept(order, BO)
    room.arrive(order, BO)
    answer(room, incident, DAUGHTER, "ON_MY_WAY")
    assert room.incident(incident)["responsible"] == BO.name


def test_operator_who_took_over_keeps_it_until_the_deadline_whoever_sets_out(room: DutyRoom) -> None:
    incident = room.press("responder_present")
    answer(room, incident, OPERATOR, "TAKE_OVER", is_operator=True)
    answer(room, incident, DAUGHTER, "ON_MY_WAY")
    assert room.incident(incident)["responsible"] == OPERATOR
    room.db.push_clock(seconds=(room.incident(incident)["deadline_time"] - room.db.now()).total_seconds() + 1)
    room.db.run_timers(TIMERS)
    answer(room, incident, DAUGHTER, "ON_MY_WAY")
    assert room.incident(incident)["responsible"] == DAUGHTER


def test_incident_closes_with_an_outcome_once_its_order_is_finished(room: DutyRoom) -> None:
    room.on_duty(BO, CHEN)
    incident = room.press()
    room.search()
    order = room.order_of(incident)
    room.accept(order, BO)
    with pytest.raises(OrderUnfinished, match=order), room.work(BO.name) as work:
        close_incident(work, incident, Outcome.ASSISTANCE, closer=BO.name, is_operator=False)
    room.arrive(order, BO)
    with room.work(BO.name) as work:
        complete_service(work, order, BO.name, "family")
    with pytest.raises(NotYourIncident), room.work(CHEN.name) as work:
        close_incident(work, incident, Outcome.ASSISTANCE, closer=CHEN.name, is_operator=False)
    with room.work(BO.name) as work:
        close_incident(work, incident, Outcome.ASSISTANCE, closer=BO.name, is_operator=False)
    with pytest.raises(IncidentAlreadyClosed), room.work(OPERATOR) as work:
        close_incident(work, incident, Outcome.TEST, closer=OPERATOR, is_operator=True)
    assert room.timer(f"deadline:{incident}") is None
    (closed,) = room.told(told.IncidentClosed)
    assert closed.closer == BO.name


def test_closed_incident_stays_closed_whatever_is_answered(room: DutyRoom) -> None:
    incident = room.press()
    with room.work(OPERATOR) as work:
        cancel_order(work, room.order_of(incident), "not_needed", is_operator=True)
        close_incident(work, incident, Outcome.MIS_TOUCH, closer=OPERATOR, is_operator=True)
    before = len(room.told(told.ResponsibilityMoved))
    answer(room, incident, DAUGHTER, "ON_MY_WAY")
    room.tell(NobodyReached(incident=incident, region=GARDEN), aggregate="ladders/made-up")
    room.wait(hours=1)
    assert len(room.told(told.ResponsibilityMoved)) == before


def test_answers_about_incidents_nobody_knows_are_not_set_aside(room: DutyRoom) -> None:
    answer(room, "incidents/unknown", DAUGHTER, "ON_MY_WAY")
    room.tell(NobodyReached(incident="incidents/unknown", region=GARDEN), aggregate="ladders/x")
    room.tell(LadderStarted(incident="incidents/unknown", steps=1), aggregate="ladders/y")
    assert room.db.set_aside() == []


def test_auditor_gives_a_clock_back_to_what_has_none(room: DutyRoom) -> None:
    incident = room.press()
    order = room.order_of(incident)
    room.search()
    room.db.connection.execute(b"DELETE FROM timers")
    room.db.push_clock(minutes=5)
    with room.work() as work:
        audit(work)
    assert room.timer(f"deadline:{incident}") is not None
    assert room.timer(f"order:{order}") is not None
    room.wait(seconds=1)
    assert room.told(told.ResponsibilityMoved)[-1].reason == "deadline_passed"


def test_auditor_wakes_a_parked_deadline_and_leaves_sound_ones_alone(room: DutyRoom) -> None:
    parked, sound = room.press("wander"), room.press("medicine_missed", person="persons/another")
    room.db.connection.execute(
        b"UPDATE timers SET parked_at = app_now(), attempts = 8 WHERE key = %s", [f"deadline:{parked}"]
    )
    due = room.timer(f"deadline:{sound}")
    with room.work() as work:
        audit(work)
    woken, untouched = room.timer(f"deadline:{parked}"), room.timer(f"deadline:{sound}")
    assert woken is not None
    assert woken["parked_at"] is None
    assert untouched == due


def test_timer_never_waits_for_who_holds_the_order_and_comes_again(room: DutyRoom) -> None:
    room.on_duty(BO)
    incident = room.press()
    room.search()
    order = room.order_of(incident)
    room.db.push_clock(seconds=61)
    with room.work(BO.name) as work:
        work.one("SELECT name FROM orders WHERE name = %s FOR UPDATE", [order])
        work.one("SELECT name FROM incidents WHERE name = %s FOR UPDATE", [incident])
        assert room.db.run_timers(TIMERS) > 0
        assert room.order(order)["ring"] == 1
    room.wait(seconds=1)
    assert room.told(told.ResponsibilityMoved)[0].reason == "deadline_passed"
    assert len(room.told(told.OrderUnanswered)) == 1
