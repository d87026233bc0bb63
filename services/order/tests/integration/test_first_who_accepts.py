"""Many are asked, one has the order, and the others are told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from eldercare.order.v1 import events_pb2 as told
from order_service.visit.domain.refusals import NotOffered, OfferGone, WorkerBusy
from order_service.visit.use_cases import accept_offer, decline_offer
from services.order.tests.cast import BO, CHEN, DENG, ELDER, OTHER_ELDER, PROVIDER
from services.order.tests.duty_room import DutyRoom


def test_two_workers_accept_at_the_same_instant_and_one_has_the_order(room: DutyRoom) -> None:
    room.on_duty(BO, CHEN)
    order = room.order_of(room.press())
    room.search()
    assert room.offered(order) == {BO.name, CHEN.name}
    start = Barrier(2)

    def accept(worker: str) -> str:
        with room.work(worker) as work:
            start.wait()
            try:
                return accept_offer(work, order, worker).worker
            except OfferGone as gone:
                return str(gone)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(accept, [BO.name, CHEN.name]))
    winner = room.order(order)["worker"]
    assert winner in answers
    (loser,) = [answer for answer in answers if answer != winner]
    assert order in loser
    (accepted,) = room.told(told.OrderAccepted)
    assert accepted.worker == winner
    assert list(accepted.stood_down) == [each for each in (BO.name, CHEN.name) if each != winner]
    assert (accepted.provider, accepted.service_class, accepted.urgent) == (PROVIDER, "emergency", True)


def test_worker_who_accepts_answers_for_the_incident_from_then_on(room: DutyRoom) -> None:
    room.on_duty(BO)
    incident = room.press()
    room.search()
    room.accept(room.order_of(incident), BO)
    row = room.incident(incident)
    assert row["responsible"] == BO.name
    assert room.told(told.ResponsibilityMoved)[-1].reason == "accepted"


def test_accepting_twice_is_accepting_once(room: DutyRoom) -> None:
    room.on_duty(BO)
    order = room.order_of(room.press())
    room.search()
    room.accept(order, BO)
    room.accept(order, BO)
    assert len(room.told(told.OrderAccepted)) == 1


def test_worker_who_was_never_asked_cannot_take_it(room: DutyRoom) -> None:
    room.on_duty(BO, DENG)
    order = room.order_of(room.press())
    room.search()
    with pytest.raises(NotOffered), room.work(DENG.name) as work:
        accept_offer(work, order, DENG.name)


def test_one_worker_takes_one_of_two_emergencies(room: DutyRoom) -> None:
    room.on_duty(BO)
    orders = [room.order_of(room.press(person=person)) for person in (ELDER, OTHER_ELDER)]
    room.search()
    start = Barrier(2)

    def accept(order: str) -> str:
        with room.work(BO.name) as work:
            start.wait()
            try:
                return accept_offer(work, order, BO.name).name
            except WorkerBusy:
                return "busy"

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(accept, orders))
    assert answers[0] == "busy"
    assert answers[1] in orders


def test_search_goes_on_at_once_when_everyone_has_declined(room: DutyRoom) -> None:
    room.on_duty(BO, DENG)
    order = room.order_of(room.press())
    room.search()
    with room.work(BO.name) as work:
        decline_offer(work, order, BO.name)
    room.wait(seconds=1)
    assert room.offered(order) == {DENG.name}
    assert [fact.worker for fact in room.told(told.OfferDeclined)] == [BO.name]
