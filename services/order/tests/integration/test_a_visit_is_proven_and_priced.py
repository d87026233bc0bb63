"""From the acceptance to the confirmation: proof of arrival, verified minutes, price, deadlines."""

from datetime import timedelta

import pytest

from eldercare.order.v1 import events_pb2 as told
from order_service.visit.arrival import Spot, arrive_by_code, arrive_by_operator, arrive_by_position
from order_service.visit.domain.proof import Fix
from order_service.visit.domain.refusals import (
    OrderNotCancellable,
    OrderNotThere,
    PositionTooFar,
    RightMissing,
    VisitCodeLocked,
    VisitCodeWrong,
)
from order_service.visit.use_cases import (
    cancel_order,
    complete_service,
    confirm_order,
    depart,
)
from services.order.tests.cast import BO, CHEN, DAUGHTER, ELDER, GARDEN, HOME, OPERATOR
from services.order.tests.duty_room import DutyRoom

CODE = "048213"


@pytest.fixture
def accepted(room: DutyRoom) -> str:
    """An order that Bo has accepted; Chen was asked as well."""
    room.on_duty(BO, CHEN)
    order = room.order_of(room.press())
    room.search()
    room.accept(order, BO)
    return order


def by_code(room: DutyRoom, order: str, said: str) -> None:
    """As the rpc does it: the refusal is kept with what was written before it."""
    kept: VisitCodeWrong | None = None
    with room.work(BO.name) as work:
        try:
            arrive_by_code(work, order, BO.name, said=said, code=CODE)
        except VisitCodeWrong as wrong:
            kept = wrong if wrong.commits else None
    if kept:
        raise kept


def test_whole_visit_is_told_step_by_step(room: DutyRoom, accepted: str) -> None:
    with room.work(BO.name) as work:
        depart(work, accepted, BO.name)
    room.arrive(accepted, BO)
    room.db.push_clock(minutes=12, seconds=5)
    with room.work(BO.name) as work:
        complete_service(work, accepted, BO.name, "safe")
    with room.work(ELDER) as work:
        confirm_order(work, accepted, ELDER, has_right=True)
    (arrived,), (completed,), (confirmed,) = (
        room.told(fact) for fact in (told.WorkerArrived, told.ServiceCompleted, told.OrderConfirmed)
    )
    assert (arrived.proof, completed.hand_over, confirmed.confirmer) == ("position", "safe", ELDER)
    assert completed.verified_minutes == confirmed.verified_minutes == 13
    assert confirmed.price.minor == 13 * 200
    assert room.timer(f"order:{accepted}") is None


def test_price_never_exceeds_the_cap_that_was_held(room: DutyRoom, accepted: str) -> None:
    room.arrive(accepted, BO)
    room.db.push_clock(hours=3)
    with room.work(BO.name) as work:
        complete_service(work, accepted, BO.name, "hospital")
    (completed,) = room.told(told.ServiceCompleted)
    assert completed.price.minor == room.told(told.OrderAccepted)[0].price_cap.minor == 12_000


def test_worker_across_the_street_from_an_inexact_home_is_there_and_one_block_off_is_not(
    room: DutyRoom, accepted: str
) -> None:
    """Without an exact home the middle of the cell counts: 60 m, plus 120 m for the cell, plus the fix's accuracy."""
    fix = Fix(accuracy_m=20, fix_time=None)
    block_off = HOME[0] + 400 / 111_320
    with pytest.raises(PositionTooFar), room.work(BO.name) as work:
        arrive_by_position(work, accepted, BO.name, lat=block_off, lon=HOME[1], fix=fix, spots=[])
    with room.work(BO.name) as work:
        arrive_by_position(work, accepted, BO.name, lat=HOME[0], lon=HOME[1], fix=fix, spots=[])
    assert room.order(accepted)["state"] == "arrived"


def test_elder_who_fell_in_the_park_is_met_in_the_park(room: DutyRoom, accepted: str) -> None:
    park = (HOME[0] + 0.02, HOME[1])
    spots = [
        Spot(source="home", lat=HOME[0], lon=HOME[1], slack_m=0),
        Spot(source="alarm", lat=park[0], lon=park[1], slack_m=30),
    ]
    with room.work(BO.name) as work:
        fix = Fix(accuracy_m=15, fix_time=room.db.now())
        arrive_by_position(work, accepted, BO.name, lat=park[0] + 0.0005, lon=park[1], fix=fix, spots=spots)
    (arrived,) = room.told(told.WorkerArrived)
    assert 50 < arrived.distance_m < 60


def test_code_of_the_elder_proves_the_arrival(room: DutyRoom, accepted: str) -> None:
    by_code(room, accepted, CODE)
    (arrived,) = room.told(told.WorkerArrived)
    assert arrived.proof == "code"


def test_after_five_wrong_codes_only_the_desk_or_a_position_helps(room: DutyRoom, accepted: str) -> None:
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(VisitCodeWrong, match=f"tries_left={left}"):
            by_code(room, accepted, "111111")
    with pytest.raises(VisitCodeLocked):
        by_code(room, accepted, CODE)
    with room.work(OPERATOR) as work:
        arrive_by_operator(work, accepted)
    assert room.told(told.WorkerArrived)[0].proof == "operator"


def test_worker_who_does_not_set_out_is_missed_and_someone_else_is_sent(room: DutyRoom, accepted: str) -> None:
    room.wait(minutes=11)
    assert room.order(accepted)["state"] == "missed"
    (missed,) = room.told(told.OrderMissed)
    assert missed.worker == BO.name
    replacement = room.order(missed.replacement)
    assert (replacement["incident"], replacement["replaces"]) == (missed.incident, accepted)
    assert room.offered(missed.replacement) == {CHEN.name}
    assert room.incident(missed.incident)["responsible"] == GARDEN
    assert "missed" in [move.reason for move in room.told(told.ResponsibilityMoved)]


def test_worker_who_sets_out_and_never_arrives_is_missed_after_45_minutes(room: DutyRoom, accepted: str) -> None:
    with room.work(BO.name) as work:
        depart(work, accepted, BO.name)
    room.wait(minutes=44)
    assert room.order(accepted)["state"] == "en_route"
    room.wait(minutes=2)
    assert room.order(accepted)["state"] == "missed"


def test_visit_that_runs_over_is_shown_to_the_desk(room: DutyRoom, accepted: str) -> None:
    room.arrive(accepted, BO)
    room.wait(minutes=16)
    (overdue,) = room.told(told.OrderOverdue)
    assert (overdue.state, overdue.responsible, overdue.worker) == ("arrived", GARDEN, BO.name)


def test_order_confirms_itself_after_48_hours(room: DutyRoom, accepted: str) -> None:
    room.arrive(accepted, BO)
    with room.work(BO.name) as work:
        complete_service(work, accepted, BO.name, "safe")
    room.wait(hours=47)
    assert room.told(told.OrderConfirmed) == []
    room.wait(hours=1, minutes=1)
    (confirmed,) = room.told(told.OrderConfirmed)
    assert confirmed.confirmer == "timer"
    (completed,) = room.told(told.ServiceCompleted)
    assert completed.confirm_due_time.ToDatetime() - room.order(accepted)["complete_time"].replace(
        tzinfo=None
    ) == timedelta(hours=48)


def test_person_who_confirms_stops_the_timer(room: DutyRoom, accepted: str) -> None:
    room.arrive(accepted, BO)
    with room.work(BO.name) as work:
        complete_service(work, accepted, BO.name, "safe")
    with room.work(DAUGHTER) as work:
        confirm_order(work, accepted, DAUGHTER, has_right=True)
    room.wait(hours=49)
    assert [fact.confirmer for fact in room.told(told.OrderConfirmed)] == [DAUGHTER]


def test_daughter_without_the_right_cannot_confirm(room: DutyRoom, accepted: str) -> None:
    with pytest.raises(RightMissing), room.work(DAUGHTER) as work:
        confirm_order(work, accepted, DAUGHTER, has_right=False)


def test_family_cancels_until_someone_is_at_the_door_and_the_desk_also_then(room: DutyRoom, accepted: str) -> None:
    room.arrive(accepted, BO)
    with pytest.raises(OrderNotCancellable), room.work(DAUGHTER) as work:
        cancel_order(work, accepted, "not_needed", is_operator=False)
    with room.work(OPERATOR) as work:
        cancel_order(work, accepted, "other", is_operator=True)
    (cancelled,) = room.told(told.OrderCancelled)
    assert (cancelled.worker, cancelled.reason) == (BO.name, "other")
    assert room.incident(cancelled.incident)["responsible"] == GARDEN
    with pytest.raises(OrderNotThere), room.work(BO.name) as work:
        complete_service(work, accepted, BO.name, "safe")
