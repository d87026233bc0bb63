from collections.abc import Callable
from datetime import timedelta

import pytest

from order_service.visit.domain.order import Order
from order_service.visit.domain.refusals import (
    NotOffered,
    NotYourVisit,
    OfferGone,
    OrderNotCancellable,
    OrderNotThere,
)
from order_service.visit.domain.words import ArrivalProof, OrderState
from services.order.tests.cast import BO, CHEN, DENG, MORNING
from services.order.tests.unit.orders import accepted, arrived, completed, offer_to, placed

Verb = Callable[[Order], object]
VERBS: dict[str, Verb] = {
    "widen": lambda order: order.widen(2, [], MORNING),
    "go_unanswered": lambda order: order.go_unanswered(desk="regions/x", deadline=MORNING, now=MORNING),
    "decline": lambda order: order.decline(BO.name),
    "depart": lambda order: order.depart(BO.name, MORNING),
    "arrive": lambda order: order.arrive(ArrivalProof.OPERATOR, distance_m=None, now=MORNING),
    "start": lambda order: order.start(BO.name, MORNING),
    "complete": lambda order: order.complete(BO.name, "safe", MORNING),
    "confirm": lambda order: order.confirm("timer", MORNING),
    "cancel": lambda order: order.cancel("other", during_visit=True),
    "miss": lambda order: order.miss(""),
    "give_up": lambda order: order.give_up(),
    "overrun": lambda order: order.overrun(MORNING),
}


def confirmed() -> Order:
    order = completed(BO.name)
    order.confirm("timer", MORNING)
    return order


def cancelled() -> Order:
    order = placed()
    order.cancel("other", during_visit=False)
    return order


def in_service() -> Order:
    order = arrived(BO.name)
    order.start(BO.name, MORNING)
    return order


def offered() -> Order:
    order = placed()
    offer_to(order, [BO.name, CHEN.name])
    return order


ALLOWED: list[tuple[Callable[[], Order], set[str]]] = [
    (offered, {"widen", "go_unanswered", "decline", "cancel", "give_up"}),
    (lambda: accepted(BO.name), {"depart", "arrive", "cancel", "miss"}),
    (lambda: arrived(BO.name), {"start", "complete", "cancel", "overrun"}),
    (in_service, {"complete", "cancel", "overrun"}),
    (lambda: completed(BO.name), {"confirm"}),
    (confirmed, set()),
    (cancelled, set()),
]


NAMES = ["offered", "accepted", "arrived", "in service", "completed", "confirmed", "cancelled"]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("made", "allowed"), ALLOWED, ids=NAMES)
def test_each_state_allows_its_verbs_and_refuses_all_others(
    made: Callable[[], Order], allowed: set[str], verb: str
) -> None:
    order = made()
    before, told = order.state, len(order.facts)
    if verb in allowed:
        VERBS[verb](order)
        return
    with pytest.raises((OrderNotThere, OrderNotCancellable, OfferGone, NotYourVisit, NotOffered)):
        VERBS[verb](order)
    assert (order.state, len(order.facts)) == (before, told)


def test_first_who_accepts_has_it_and_the_rest_are_stood_down() -> None:
    order = offered()
    assert order.accept(CHEN.name, MORNING)
    assert order.state is OrderState.ASSIGNED
    assert order.live_offers == []
    with pytest.raises(OfferGone, match=order.number):
        order.accept(BO.name, MORNING)


def test_who_accepted_and_accepts_again_still_has_it() -> None:
    order = accepted(BO.name)
    assert not order.accept(BO.name, MORNING)


def test_who_was_not_asked_or_declined_cannot_accept() -> None:
    order = offered()
    order.decline(BO.name)
    for worker in (BO.name, DENG.name):
        with pytest.raises(NotOffered):
            order.accept(worker, MORNING)


def test_nobody_but_the_worker_departs_starts_and_completes() -> None:
    with pytest.raises(NotYourVisit):
        accepted(BO.name).depart(CHEN.name, MORNING)
    with pytest.raises(NotYourVisit):
        arrived(BO.name).start(CHEN.name, MORNING)
    with pytest.raises(NotYourVisit):
        arrived(BO.name).complete(CHEN.name, "safe", MORNING)


def test_family_cannot_stop_a_visit_that_has_begun() -> None:
    with pytest.raises(OrderNotCancellable):
        arrived(BO.name).cancel("not_needed", during_visit=False)


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 1), (59, 1), (60, 1), (61, 2), (600, 10), (600.5, 11)])
def test_a_started_minute_counts(seconds: float, minutes: int) -> None:
    order = completed(BO.name, minutes=seconds / 60)
    assert order.verified_minutes == minutes
    assert order.price is not None
    assert order.price.minor == minutes * 200


def test_price_stops_at_the_cap() -> None:
    order = completed(BO.name, minutes=61)
    assert order.price == order.price_cap


def test_minutes_run_from_the_arrival_when_no_start_was_said() -> None:
    order = arrived(BO.name)
    order.complete(BO.name, "safe", MORNING + timedelta(minutes=15))
    assert order.verified_minutes == 5


def test_urgent_worker_sets_out_within_ten_minutes_and_is_there_within_45() -> None:
    order = accepted(BO.name)
    assert order.deadline_time == MORNING + timedelta(minutes=10)
    order.depart(BO.name, MORNING + timedelta(minutes=9))
    assert order.deadline_time == MORNING + timedelta(minutes=45)
