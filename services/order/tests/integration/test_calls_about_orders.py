"""Calls about orders: what elders, family, workers and the desk may do and see."""

from functools import partial

from chassis.context import Caller
from eldercare.order.v1 import order_pb2, order_service_pb2
from eldercare.order.v1.events_pb2 import OrderRated
from services.order.tests.callers import DESK, FAR_DESK, Orders, asked, here, new, person, refusal
from services.order.tests.cast import (
    BO,
    CHEN,
    DAUGHTER,
    DISTRICT,
    ELDER,
    OTHER_ELDER,
    SON,
)
from services.order.tests.duty_room import DutyRoom, stamped


def test_loser_of_the_race_learns_it_by_name(room: DutyRoom, orders: Orders) -> None:
    order = asked(room)
    accept = order_service_pb2.AcceptOfferRequest(request_id=new(), name=order)
    accepted = orders(person(BO.name)).AcceptOffer(accept)
    assert accepted.state == order_pb2.ORDER_STATE_ASSIGNED
    assert refusal(lambda: orders(person(CHEN.name)).AcceptOffer(accept)) == "OFFER_GONE"
    assert orders(person(BO.name)).AcceptOffer(accept) == accepted


def test_stranger_cannot_tell_an_order_that_exists_from_one_that_does_not(room: DutyRoom, orders: Orders) -> None:
    real = order_service_pb2.GetOrderRequest(name=asked(room))
    unreal = order_service_pb2.GetOrderRequest(name=f"orders/{new()}")
    for stranger in (person(OTHER_ELDER), person(SON), FAR_DESK):
        stub = orders(stranger)
        assert refusal(partial(stub.GetOrder, real)) == refusal(partial(stub.GetOrder, unreal)) == "NOT_FOUND"


def test_visit_code_is_shown_to_elder_family_and_desk_but_not_to_the_worker(room: DutyRoom, orders: Orders) -> None:
    request = order_service_pb2.GetOrderRequest(name=asked(room))
    codes = {orders(caller).GetOrder(request).visit_code for caller in (person(ELDER), person(DAUGHTER), DESK)}
    assert len(codes) == 1
    assert len(codes.pop()) == 6
    assert orders(person(BO.name)).GetOrder(request).visit_code == ""
    assert refusal(partial(orders(Caller(subject="services/notify")).GetOrder, request)) == "ROLE_MISSING"


def test_worker_arrives_with_the_code_the_elder_reads_out(room: DutyRoom, orders: Orders) -> None:
    order = asked(room)
    bo = orders(person(BO.name))
    bo.AcceptOffer(order_service_pb2.AcceptOfferRequest(request_id=new(), name=order))
    code = orders(person(ELDER)).GetOrder(order_service_pb2.GetOrderRequest(name=order)).visit_code
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(2):
        request = order_service_pb2.ArriveRequest(request_id=new(), name=order, visit_code=wrong)
        assert refusal(partial(bo.Arrive, request)) == "VISIT_CODE_WRONG"
    assert len(room.rows("SELECT * FROM wrong_codes")) == 2
    arrived = bo.Arrive(order_service_pb2.ArriveRequest(request_id=new(), name=order, visit_code=code))
    assert arrived.arrival_proof == "code"


def test_arrival_counts_by_the_cell_while_people_and_device_cannot_be_reached(room: DutyRoom, orders: Orders) -> None:
    order = asked(room)
    bo = orders(person(BO.name))
    bo.AcceptOffer(order_service_pb2.AcceptOfferRequest(request_id=new(), name=order))
    nothing = order_service_pb2.ArriveRequest(request_id=new(), name=order)
    assert refusal(lambda: bo.Arrive(nothing)) == "ARRIVAL_NOT_PROVEN"
    vague = order_service_pb2.ArriveRequest(request_id=new(), name=order, position=here(accuracy_m=0))
    assert refusal(lambda: bo.Arrive(vague)) == "POSITION_TOO_VAGUE"
    arrived = bo.Arrive(order_service_pb2.ArriveRequest(request_id=new(), name=order, position=here()))
    assert arrived.arrival_proof == "position"


def test_another_worker_cannot_arrive_and_the_desk_can_say_that_they_did(room: DutyRoom, orders: Orders) -> None:
    order = asked(room)
    orders(person(BO.name)).AcceptOffer(order_service_pb2.AcceptOfferRequest(request_id=new(), name=order))
    arrive = order_service_pb2.ArriveRequest(request_id=new(), name=order, position=here())
    assert refusal(lambda: orders(person(CHEN.name)).Arrive(arrive)) == "NOT_YOUR_VISIT"
    assert (
        orders(DESK).Arrive(order_service_pb2.ArriveRequest(request_id=new(), name=order)).arrival_proof == "operator"
    )


def test_visit_from_departure_to_confirmation_by_family_with_the_right(room: DutyRoom, orders: Orders) -> None:
    order = asked(room)
    bo = orders(person(BO.name))
    room.person(SON, ("FAMILY", ELDER), rights=())
    bo.AcceptOffer(order_service_pb2.AcceptOfferRequest(request_id=new(), name=order))
    bo.Depart(order_service_pb2.DepartRequest(request_id=new(), name=order))
    bo.Arrive(order_service_pb2.ArriveRequest(request_id=new(), name=order, position=here()))
    bo.StartService(order_service_pb2.StartServiceRequest(request_id=new(), name=order))
    done = bo.CompleteService(order_service_pb2.CompleteServiceRequest(request_id=new(), name=order, hand_over="safe"))
    assert (done.verified_minutes, done.price.minor) == (1, 200)
    confirm = order_service_pb2.ConfirmOrderRequest(request_id=new(), name=order)
    assert refusal(lambda: orders(person(SON)).ConfirmOrder(confirm)) == "RIGHT_MISSING"
    confirmed = orders(person(DAUGHTER)).ConfirmOrder(confirm)
    assert confirmed.state == order_pb2.ORDER_STATE_CONFIRMED
    assert not confirmed.HasField("deadline_time")


def test_family_rates_a_completed_order_once_and_the_word_stands(room: DutyRoom, orders: Orders) -> None:
    order = asked(room)
    rate = order_service_pb2.RateOrderRequest(request_id=new(), name=order, score=4, reasons=["punctual", "careful"])
    daughter = orders(person(DAUGHTER))
    assert refusal(lambda: daughter.RateOrder(rate)) == "ORDER_NOT_THERE"
    room.visit(order, BO)
    for stranger in (person(BO.name), person(OTHER_ELDER), DESK):
        assert refusal(partial(orders(stranger).RateOrder, rate)) == "NOT_FOUND"
    rated = daughter.RateOrder(rate)
    assert (rated.order, rated.score, list(rated.reasons)) == (order, 4, ["punctual", "careful"])
    assert daughter.RateOrder(rate) == rated
    worse = order_service_pb2.RateOrderRequest(request_id=new(), name=order, score=1)
    assert refusal(lambda: orders(person(ELDER)).RateOrder(worse)) == "ALREADY_RATED"
    assert [(row["rater"], row["score"]) for row in room.rows("SELECT * FROM ratings")] == [(DAUGHTER, 4)]
    ((_, told),) = room.db.events(OrderRated)
    assert (told.order, told.worker, told.score, list(told.reasons)) == (order, BO.name, 4, ["punctual", "careful"])


def test_a_rating_is_a_score_from_one_to_five_and_known_words(room: DutyRoom, orders: Orders) -> None:
    order = asked(room)
    room.visit(order, BO)
    for score, reasons in ((0, []), (6, []), (3, ["her neighbour is rude"])):
        wrong = order_service_pb2.RateOrderRequest(request_id=new(), name=order, score=score, reasons=reasons)
        assert refusal(partial(orders(person(ELDER)).RateOrder, wrong)) == "INVALID_ARGUMENT"


def test_everyone_finds_their_own_orders(room: DutyRoom, orders: Orders) -> None:
    order = asked(room)
    mine = order_service_pb2.ListMyOrdersRequest()
    for name in (ELDER, DAUGHTER, BO.name, CHEN.name):
        assert [each.name for each in orders(person(name)).ListMyOrders(mine).orders] == [order]
    orders(person(BO.name)).AcceptOffer(order_service_pb2.AcceptOfferRequest(request_id=new(), name=order))
    assert list(orders(person(CHEN.name)).ListMyOrders(mine).orders) == []


def test_elder_orders_a_meal_and_the_desk_finds_it_by_phone(orders: Orders) -> None:
    meal = order_service_pb2.PlaceOrderRequest(request_id=new(), person=ELDER, item="items/meal")
    placed = orders(person(ELDER)).PlaceOrder(meal)
    found = orders(DESK).FindOrder(order_service_pb2.FindOrderRequest(number=placed.number, region=DISTRICT))
    assert found.name == placed.name
    misheard = order_service_pb2.FindOrderRequest(number="000000", region=DISTRICT)
    assert refusal(lambda: orders(DESK).FindOrder(misheard)) == "NUMBER_MISHEARD"


def test_desk_reads_why_these_workers_were_asked(room: DutyRoom, orders: Orders) -> None:
    request = order_service_pb2.ListDispatchDecisionsRequest(name=asked(room))
    (decision,) = orders(DESK).ListDispatchDecisions(request).decisions
    assert (decision.ring, decision.radius_m, decision.rule) == (1, 1_000, "rule:rings-urgent/1")
    assert [(each.worker, each.offered) for each in decision.candidates] == [(BO.name, True), (CHEN.name, True)]
    assert refusal(lambda: orders(person(BO.name)).ListDispatchDecisions(request)) == "NOT_FOUND"


def test_booking_in_the_past_is_refused(room: DutyRoom, orders: Orders) -> None:
    long_ago = stamped(room.db.now().replace(year=1999))
    request = order_service_pb2.PlaceOrderRequest(request_id=new(), person=ELDER, item="items/meal", book_time=long_ago)
    assert refusal(lambda: orders(person(ELDER)).PlaceOrder(request)) == "BOOK_TIME_PASSED"
