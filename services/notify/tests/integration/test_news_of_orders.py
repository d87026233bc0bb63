"""Who is told what when an order or its payment moves."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.message import Message

from eldercare.device.v1.events_pb2 import DutyDeskPaged
from eldercare.order.v1 import events_pb2 as order
from eldercare.order.v1.order_pb2 import Amount
from eldercare.payment.v1 import events_pb2 as payment
from eldercare.payment.v1.payment_pb2 import Amount as Paid
from services.notify.tests import cast
from services.notify.tests.cast import DAUGHTER_WEN, GRANNY_WEN, INCIDENT, LAKE, NURSE_BAI, NURSE_TAO, ORDER, SON_WEN
from services.notify.tests.story import Ring, Story


@pytest.fixture
def placed(story: Story) -> Story:
    """An urgent order of granny's incident; granny has a phone too."""
    cast.put_contact(story.db, story.seals, GRANNY_WEN)
    event = order.OrderPlaced(
        order=ORDER, number="4271-83", incident=INCIDENT, person=GRANNY_WEN, item="items/urgent-visit", urgent=True,
        service_region=cast.PLUM_GARDEN,
    )  # fmt: skip
    story.happens(event, aggregate=ORDER)
    return story


def offered(story: Story, *, ring: int = 1, urgent: bool = True) -> order.OrderOffered:
    deadline = cast.stamp(story.db.now() + timedelta(minutes=3))
    return order.OrderOffered(
        order=ORDER, number="4271-83", incident=INCIDENT, workers=[NURSE_TAO, NURSE_BAI], ring=ring,
        deadline_time=deadline, urgent=urgent,
    )  # fmt: skip


def accepted(*, urgent: bool = True) -> order.OrderAccepted:
    return order.OrderAccepted(
        order=ORDER, number="4271-83", incident=INCIDENT, person=GRANNY_WEN, worker=NURSE_TAO,
        stood_down=[NURSE_BAI], urgent=urgent,
    )  # fmt: skip


def test_each_offered_worker_is_called_for_an_urgent_order(placed: Story) -> None:
    placed.happens(offered(placed), aggregate=ORDER)
    expected = {
        Ring(nurse, channel, "order_offered")
        for nurse in (NURSE_TAO, NURSE_BAI)
        for channel in ("voice", "sms", "push")
    }
    assert set(placed.rings()) == expected


def test_an_ordinary_offer_calls_nobody_by_voice(placed: Story) -> None:
    placed.happens(offered(placed, urgent=False), aggregate=ORDER)
    assert {ring.channel for ring in placed.rings()} == {"sms", "push"}


def test_the_next_ring_of_the_search_is_told_again_but_the_same_one_never_twice(placed: Story) -> None:
    event = offered(placed)
    placed.happens(event, aggregate=ORDER)
    placed.happens(event, aggregate=ORDER)
    assert len(placed.rings()) == 6
    placed.happens(offered(placed, ring=2), aggregate=ORDER)
    assert len(placed.rings()) == 6


def test_family_and_elder_hear_who_is_coming_and_the_other_worker_is_released(placed: Story) -> None:
    placed.happens(accepted(), aggregate=ORDER)
    told = placed.told()
    assert told == {
        NURSE_BAI: {"offer_gone"},
        **{key: {"worker_coming"} for key in (GRANNY_WEN, DAUGHTER_WEN, SON_WEN)},
    }


def replaced(worker: str, former: str) -> order.WorkerReplaced:
    return order.WorkerReplaced(
        order=ORDER, number="4271-83", incident=INCIDENT, person=GRANNY_WEN, worker=worker, former_worker=former,
        urgent=True,
    )  # fmt: skip


def test_family_and_elder_hear_who_comes_instead_each_time_and_the_former_worker_stays_at_home(placed: Story) -> None:
    for worker, former in ((NURSE_BAI, NURSE_TAO), (NURSE_TAO, NURSE_BAI), (NURSE_BAI, NURSE_TAO)):
        placed.happens(replaced(worker, former), aggregate=ORDER)
        household = {key: {"worker_replaced"} for key in (GRANNY_WEN, DAUGHTER_WEN, SON_WEN)}
        assert placed.told() == {former: {"offer_gone"}, **household}


def test_nobody_for_the_order_calls_the_desk(placed: Story) -> None:
    event = order.OrderUnanswered(order=ORDER, number="4271-83", incident=INCIDENT, responsible=cast.PLUM_GARDEN)
    placed.happens(event, aggregate=ORDER)
    assert set(placed.rings()) == {Ring(LAKE, "voice", "order_unanswered"), Ring(LAKE, "sms", "order_unanswered")}


def test_a_visit_that_takes_too_long_calls_the_desk(placed: Story) -> None:
    event = order.OrderOverdue(order=ORDER, number="4271-83", incident=INCIDENT, worker=NURSE_TAO, state="arrived")
    placed.happens(event, aggregate=ORDER)
    assert placed.told() == {LAKE: {"order_overdue"}}


def test_the_family_hears_of_the_arrival(placed: Story) -> None:
    placed.happens(order.WorkerArrived(order=ORDER, incident=INCIDENT, worker=NURSE_TAO), aggregate=ORDER)
    assert placed.told() == {key: {"worker_arrived"} for key in (GRANNY_WEN, DAUGHTER_WEN, SON_WEN)}


def test_who_may_confirm_is_asked_to_and_the_elder_too(placed: Story) -> None:
    event = order.ServiceCompleted(
        order=ORDER, incident=INCIDENT, worker=NURSE_TAO, verified_minutes=45, price=Amount(minor=4500, asset="CNY")
    )
    placed.happens(event, aggregate=ORDER)
    assert placed.told() == {key: {"service_completed"} for key in (DAUGHTER_WEN, GRANNY_WEN)}


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (payment.PaymentSettled(order=ORDER, person=GRANNY_WEN, price=Paid(minor=1, asset="CNY")), "payment_settled"),
        (payment.HoldRefused(order=ORDER, reason="card_declined"), "hold_refused"),
    ],
)
def test_money_is_told_to_who_pays(placed: Story, event: Message, told: str) -> None:
    placed.happens(event, aggregate="settlements/1")
    assert placed.told() == {DAUGHTER_WEN: {told}}


def test_a_missed_visit_is_told_to_the_family_before_they_ask(placed: Story) -> None:
    placed.happens(order.OrderMissed(order=ORDER, incident=INCIDENT, worker=NURSE_TAO), aggregate=ORDER)
    assert placed.told() == {key: {"order_missed"} for key in (GRANNY_WEN, DAUGHTER_WEN, SON_WEN)}


def test_a_cancelled_order_sends_the_worker_home(placed: Story) -> None:
    event = order.OrderCancelled(order=ORDER, incident=INCIDENT, worker=NURSE_TAO, reason="elder")
    placed.happens(event, aggregate=ORDER)
    told = placed.told()
    assert told.pop(NURSE_TAO) == {"order_withdrawn"}
    assert told == {key: {"order_cancelled"} for key in (GRANNY_WEN, DAUGHTER_WEN, SON_WEN)}


def test_device_without_an_incident_pages_the_desk_once(story: Story) -> None:
    for _ in range(2):
        story.happens(DutyDeskPaged(alarm=cast.ALARM, region=cast.PLUM_GARDEN), aggregate=cast.ALARM)
    assert len(story.rings()) == 2


def test_a_landline_is_called_when_there_is_nothing_else(placed: Story) -> None:
    points = cast.phone_of(SON_WEN)[:1]
    cast.put_contact(placed.db, placed.seals, SON_WEN, points)
    placed.happens(accepted(), aggregate=ORDER)
    assert Ring(SON_WEN, "voice", "worker_coming") in placed.rings()


def test_what_can_wait_waits_for_the_morning_of_the_region(placed: Story) -> None:
    cast.put_contact(placed.db, placed.seals, DAUGHTER_WEN, cast.phone_of(DAUGHTER_WEN, quiet="22-07"))
    placed.wait(minutes=minutes_until(placed, hour=23))
    placed.happens(payment.HoldRefused(order=ORDER, reason="card_declined"), aggregate="settlements/1")
    assert placed.rings() == []
    placed.wait(hours=7, minutes=59)
    assert placed.rings() == []
    placed.wait(minutes=2)
    assert placed.rings() == [Ring(DAUGHTER_WEN, "push", "hold_refused")]


def minutes_until(story: Story, *, hour: int) -> float:
    local = story.db.now().astimezone(ZoneInfo("Asia/Shanghai"))
    goal = local.replace(hour=hour, minute=0, second=0) + timedelta(days=local.hour >= hour)
    return (goal - local).total_seconds() / 60


def test_a_flood_of_sms_that_can_wait_is_spread_out_but_a_call_for_help_is_not(placed: Story) -> None:
    cast.put_contact(placed.db, placed.seals, DAUGHTER_WEN, cast.phone_of(DAUGHTER_WEN)[1:2])
    for number in range(8):
        told = payment.HoldRefused(order=f"orders/{number}", reason="card_declined")
        placed.happens(told, aggregate=f"settlements/{number}")
    assert len(placed.rings()) == 5
    placed.press()
    assert Ring(DAUGHTER_WEN, "sms", "alarm_raised") in placed.rings()
    placed.wait(minutes=15)
    assert len([ring for ring in placed.rings() if ring.template == "hold_refused"]) == 3


def test_of_those_who_are_told_at_once_only_who_had_too_many_waits(placed: Story) -> None:
    for person in (DAUGHTER_WEN, GRANNY_WEN):
        cast.put_contact(placed.db, placed.seals, person, cast.phone_of(person)[1:2])
    for number in range(5):
        told = payment.HoldRefused(order=f"orders/{number}", reason="card_declined")
        placed.happens(told, aggregate=f"settlements/{number}")
    assert set(placed.called()) == {DAUGHTER_WEN}
    placed.happens(accepted(urgent=False), aggregate=ORDER)
    called = placed.called()
    assert GRANNY_WEN in called
    assert DAUGHTER_WEN not in called
