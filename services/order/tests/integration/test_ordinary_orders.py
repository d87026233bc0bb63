"""What an elder books: the same machine with more patience."""

from datetime import timedelta

import pytest

from chassis.refusal import NotFound
from eldercare.order.v1 import events_pb2 as told
from order_service.region.scope import Scope
from order_service.visit.domain.number import is_order_number, order_number
from order_service.visit.domain.refusals import BookTimePassed, NoElder, NumberMisheard
from order_service.visit.lists import find_by_number
from order_service.visit.placing import place_ordinary
from order_service.visit.use_cases import cancel_order
from services.order.tests.cast import BO, DISTRICT, ELDER, FAR_DISTRICT, GARDEN, OPERATOR
from services.order.tests.duty_room import DutyRoom


def book(room: DutyRoom, item: str = "items/cleaning", *, hours: float | None = None, person: str = ELDER) -> str:
    wished = None if hours is None else room.db.now() + timedelta(hours=hours)
    with room.work(person) as work:
        return place_ordinary(work, person, item, wished).name


def test_cleaning_is_offered_patiently_and_is_not_urgent(room: DutyRoom) -> None:
    room.on_duty(BO)
    order = book(room)
    room.search()
    (placed,), (offered,) = room.told(told.OrderPlaced), room.told(told.OrderOffered)
    assert (placed.urgent, offered.urgent, placed.incident) == (False, False, "")
    room.wait(minutes=9)
    assert room.order(order)["round"] == 1
    assert room.offered(order) == {BO.name}


def test_events_of_an_ordinary_order_carry_its_own_id_as_correlation(room: DutyRoom) -> None:
    order = book(room)
    envelopes = [envelope for envelope, _ in room.db.events(told.OrderPlaced)]
    assert [envelope.correlation for envelope in envelopes] == [order.removeprefix("orders/")]
    assert envelopes[0].person == ELDER


def test_worker_may_take_a_booking_for_tomorrow_and_an_emergency_today(room: DutyRoom) -> None:
    room.on_duty(BO)
    booking = book(room, hours=20)
    room.search()
    room.accept(booking, BO)
    emergency = room.order_of(room.press())
    room.search()
    room.accept(emergency, BO)
    assert room.order(emergency)["worker"] == room.order(booking)["worker"] == BO.name


def test_no_show_of_a_booking_is_half_an_hour_after_the_booked_start(room: DutyRoom) -> None:
    room.on_duty(BO)
    booking = book(room, hours=2)
    room.search()
    room.accept(booking, BO)
    room.wait(hours=2, minutes=29)
    assert room.order(booking)["state"] == "assigned"
    room.wait(minutes=2)
    assert room.order(booking)["state"] == "missed"
    assert room.told(told.OrderMissed)[0].replacement != ""


def test_booking_nobody_takes_is_given_up_long_after_its_start(room: DutyRoom) -> None:
    order = book(room)
    room.search()
    for _ in range(17):
        room.wait(minutes=16)
    assert room.order(order)["state"] == "declined"
    assert [fact.reason for fact in room.told(told.OrderCancelled)] == ["no_worker"]


def test_service_of_a_class_the_provider_does_not_offer_is_not_offered_to_it(room: DutyRoom) -> None:
    room.provider("meals")
    room.on_duty(BO)
    order = book(room)
    room.search()
    assert room.offered(order) == set()
    assert room.told(told.OrderUnanswered)[0].responsible == GARDEN


def test_unknown_item_past_start_and_stranger_are_refused(room: DutyRoom) -> None:
    with pytest.raises(NotFound):
        book(room, "items/unheard-of")
    with pytest.raises(BookTimePassed):
        book(room, hours=-1)
    with pytest.raises(NoElder):
        book(room, person=OPERATOR)


def test_order_is_found_by_the_number_said_on_the_phone(room: DutyRoom) -> None:
    order = book(room)
    number = room.order(order)["number"]
    assert is_order_number(number)
    with room.work(OPERATOR) as work:
        for said in (number, number.replace("-", "")):
            found = find_by_number(work, Scope(region=DISTRICT), said)
            assert found is not None
            assert found.name == order
        assert find_by_number(work, Scope(region=FAR_DISTRICT), number) is None
        swapped = ("1" if number[0] != "1" else "2") + number[1:]
        with pytest.raises(NumberMisheard):
            find_by_number(work, Scope(region=DISTRICT), swapped)


def test_number_is_free_again_when_its_order_is_over_and_longer_when_the_district_is_crowded(room: DutyRoom) -> None:
    order = book(room)
    number = room.order(order)["number"]
    held = "SELECT holder FROM short_numbers WHERE number = %s"
    assert room.row(held, number)["holder"] == order
    with room.work(ELDER) as work:
        cancel_order(work, order, "not_needed", is_operator=False)
    assert room.rows(held, number) == []
    taken = [(DISTRICT, order_number(serial, digits=4), f"orders/made-up-{serial}") for serial in range(10_000)]
    room.db.connection.cursor().executemany(b"INSERT INTO short_numbers VALUES (%s, %s, %s)", taken)
    crowded = room.order(book(room))["number"]
    assert len(crowded) == len("12345-67")
    assert is_order_number(crowded)
