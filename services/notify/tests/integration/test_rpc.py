"""The service as its callers see it: signed, checked, refused by name."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from google.protobuf.message import Message

from chassis.rpc.client import Refused
from chassis.work import Caller
from eldercare.notify.v1 import notify_service_pb2 as contract
from eldercare.notify.v1.message_pb2 import (
    ANSWER_KIND_CANNOT,
    ANSWER_KIND_ON_MY_WAY,
    ANSWER_KIND_TAKE_OVER,
    CHANNEL_SMS,
    CHANNEL_VOICE,
    MESSAGE_STATE_SENT,
    Addressee,
    ContactPoint,
    DutyDesk,
)
from eldercare.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from eldercare.order.v1 import events_pb2 as order
from services.notify.tests import cast
from services.notify.tests.cast import DAUGHTER_WEN, GRANNY_WEN, INCIDENT, NURSE_BAI, NURSE_TAO, OPERATOR_MEI, ORDER
from services.notify.tests.story import Story
from suite.testing import RpcFactory

DAUGHTER = Caller(subject=DAUGHTER_WEN, roles=(f"family@{GRANNY_WEN}",))
OPERATOR = Caller(subject=OPERATOR_MEI, roles=(f"operator@{cast.LAKE}",), purpose="incident")
FAR_OPERATOR = Caller(subject=OPERATOR_MEI, roles=("operator@regions/demo-city/hill-district",), purpose="incident")
STRANGER = Caller(subject="persons/00000000-0000-7000-8000-0000000000ff", roles=())
NURSE = Caller(subject=NURSE_TAO, roles=("worker@providers/1",))
ORDER_SERVICE = Caller(subject="services/order")

As = Callable[[Caller], NotifyServiceStub]


@pytest.fixture
def speak(rpc: RpcFactory, story: Story) -> As:
    cast.put_contact(story.db, story.seals, GRANNY_WEN)
    served = rpc("notify", db=story.db)
    return lambda caller: NotifyServiceStub(served.channel_as(caller))


def once() -> str:
    return str(uuid4())


def start(story: Story) -> contract.StartLadderRequest:
    now = cast.stamp(story.db.now())
    return contract.StartLadderRequest(
        request_id=once(), incident=INCIDENT, person=GRANNY_WEN, region=cast.PLUM_GARDEN, alarm_kind="sos_press",
        urgency="urgent", number="I-0427", alarm_receive_time=now,
    )  # fmt: skip


def answer(kind: int) -> contract.AnswerRequest:
    return contract.AnswerRequest(request_id=once(), incident=INCIDENT, answer=kind)  # type: ignore[arg-type]


def test_order_starts_the_ladder_by_call_and_again_without_harm(speak: As, story: Story) -> None:
    asked = start(story)
    for _ in range(2):
        assert speak(ORDER_SERVICE).StartLadder(asked).ladder == f"ladders/{cast.UUID}"
    story.press()
    assert len(story.rings()) == 3


def test_only_a_service_may_start_a_ladder(speak: As, story: Story) -> None:
    with pytest.raises(Refused) as refused:
        speak(OPERATOR).StartLadder(start(story))
    assert refused.value.reason == "ROLE_MISSING"


def test_the_daughter_answers_and_others_are_stood_down(speak: As, story: Story) -> None:
    story.press()
    story.rings()
    assert not speak(DAUGHTER).Answer(answer(ANSWER_KIND_CANNOT)).stood_down
    assert speak(DAUGHTER).Answer(answer(ANSWER_KIND_ON_MY_WAY)).stood_down
    (row, last) = story.db.rows("SELECT * FROM answers ORDER BY id")
    assert (row["answer"], last["answer"], last["via"], last["is_operator"]) == ("cannot", "on_my_way", "app", False)


def test_an_operator_takes_over_and_the_daughter_cannot(speak: As, story: Story) -> None:
    story.press()
    with pytest.raises(Refused) as refused:
        speak(DAUGHTER).Answer(answer(ANSWER_KIND_TAKE_OVER))
    assert refused.value.reason == "TAKE_OVER_IS_FOR_OPERATORS"
    assert speak(OPERATOR).Answer(answer(ANSWER_KIND_TAKE_OVER)).stood_down


@pytest.mark.parametrize("caller", [STRANGER, FAR_OPERATOR, NURSE], ids=["stranger", "other district", "not offered"])
def test_who_has_no_part_in_it_hears_that_there_is_no_such_incident(speak: As, story: Story, caller: Caller) -> None:
    story.press()
    with pytest.raises(Refused) as refused:
        speak(caller).Answer(answer(ANSWER_KIND_ON_MY_WAY))
    with pytest.raises(Refused) as nothing:
        speak(caller).ListTimeline(contract.ListTimelineRequest(incident=f"incidents/{UUID(int=1)}"))
    assert refused.value.reason == nothing.value.reason == "NOT_FOUND"


def test_an_offered_worker_may_answer(speak: As, story: Story) -> None:
    story.press()
    story.happens(order.OrderOffered(order=ORDER, incident=INCIDENT, workers=[NURSE_TAO]), aggregate=ORDER)
    assert speak(NURSE).Answer(answer(ANSWER_KIND_ON_MY_WAY)).stood_down


OVER = {
    "declined": order.OfferDeclined(order=ORDER, worker=NURSE_TAO),
    "another has it": order.OrderAccepted(order=ORDER, incident=INCIDENT, worker=NURSE_BAI, stood_down=[NURSE_TAO]),
    "cancelled": order.OrderCancelled(order=ORDER, incident=INCIDENT),
    "missed": order.OrderMissed(order=ORDER, incident=INCIDENT, worker=NURSE_TAO),
}


@pytest.mark.parametrize("is_told_late", [False, True], ids=["", "offer told late"])
@pytest.mark.parametrize("over", OVER.values(), ids=OVER.keys())
def test_a_worker_whose_offer_is_over_silences_nobody_and_reads_nothing(
    speak: As, story: Story, over: Message, *, is_told_late: bool
) -> None:
    story.press()
    offer = order.OrderOffered(order=ORDER, incident=INCIDENT, workers=[NURSE_TAO])
    for event in (over, offer) if is_told_late else (offer, over):
        story.happens(event, aggregate=ORDER)
    calls: list[Callable[[], object]] = [
        lambda: speak(NURSE).Answer(answer(ANSWER_KIND_ON_MY_WAY)),
        lambda: speak(NURSE).ListTimeline(contract.ListTimelineRequest(incident=INCIDENT)),
    ]
    for call in calls:
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.reason == "NOT_FOUND"


def test_the_worker_who_has_the_order_may_answer_until_it_is_cancelled(speak: As, story: Story) -> None:
    story.press()
    story.happens(order.OrderAccepted(order=ORDER, incident=INCIDENT, worker=NURSE_TAO), aggregate=ORDER)
    assert speak(NURSE).Answer(answer(ANSWER_KIND_ON_MY_WAY)).stood_down
    story.happens(order.OrderCancelled(order=ORDER, incident=INCIDENT, worker=NURSE_TAO), aggregate=ORDER)
    with pytest.raises(Refused) as refused:
        speak(NURSE).Answer(answer(ANSWER_KIND_ON_MY_WAY))
    assert refused.value.reason == "NOT_FOUND"


def test_family_whom_the_ladder_does_not_call_cannot_silence_it(speak: As, story: Story) -> None:
    story.press()
    niece = "persons/00000000-0000-7000-8000-0000000000fe"
    cast.tell_person(story.db, niece, cast.family_of(GRANNY_WEN))
    with pytest.raises(Refused) as refused:
        speak(Caller(subject=niece)).Answer(answer(ANSWER_KIND_ON_MY_WAY))
    assert refused.value.reason == "CALLER_HAS_NO_PART"
    assert not speak(Caller(subject=niece)).Answer(answer(ANSWER_KIND_CANNOT)).stood_down


def test_the_operator_reads_who_was_told_what_and_it_is_logged(speak: As, story: Story) -> None:
    story.press()
    story.rings()
    asked = contract.ListMessagesRequest(incident=INCIDENT, page_size=3)
    page = speak(OPERATOR).ListMessages(asked)
    rest = speak(OPERATOR).ListMessages(
        contract.ListMessagesRequest(incident=INCIDENT, page_size=3, page_token=page.next_page_token)
    )
    told = [*page.messages, *rest.messages]
    assert [message.state for message in told] == [MESSAGE_STATE_SENT] * 4
    assert any(cast.NAMES[GRANNY_WEN] in message.text for message in told)
    assert rest.next_page_token == ""
    assert story.db.rows("SELECT DISTINCT caller, object, purpose FROM reads") == [
        {"caller": OPERATOR_MEI, "object": INCIDENT, "purpose": "incident"}
    ]


def test_the_family_reads_the_timeline_in_its_language_and_goes_on_where_it_was(speak: As, story: Story) -> None:
    story.press()
    first = speak(DAUGHTER).ListTimeline(contract.ListTimelineRequest(incident=INCIDENT, page_size=2, language="zh-CN"))
    assert [entry.text for entry in first.entries] == ["报警：按下求助键。", "事件 I-0427 已建立：按下求助键。"]
    rest = speak(DAUGHTER).ListTimeline(
        contract.ListTimelineRequest(incident=INCIDENT, after_id=first.entries[-1].id, language="en")
    )
    assert [entry.text for entry in rest.entries] == ["The family or the duty desk is being called, in 3 steps."]


def test_the_operator_reads_the_region_and_not_another_one(speak: As, story: Story) -> None:
    story.press()
    found = speak(OPERATOR).ListRegionTimeline(contract.ListRegionTimelineRequest(region=cast.LAKE))
    assert {entry.incident for entry in found.entries} == {INCIDENT}
    with pytest.raises(Refused) as refused:
        speak(FAR_OPERATOR).ListRegionTimeline(contract.ListRegionTimelineRequest(region=cast.LAKE))
    assert refused.value.reason == "NOT_YOUR_REGION"


def put(*points: ContactPoint, person: str = DAUGHTER_WEN) -> contract.PutAddresseeRequest:
    told = Addressee(person=person, display_name="Lan Wen (made-up)", language="en", contact_points=points)
    return contract.PutAddresseeRequest(request_id=once(), addressee=told)


def test_a_person_sets_how_to_be_reached_and_gets_no_number_back(speak: As, story: Story) -> None:
    point = ContactPoint(channel=CHANNEL_SMS, value="+8600000555", rank=1)
    answer_ = speak(DAUGHTER).PutAddressee(put(point))
    assert (answer_.name, answer_.display_name) == (DAUGHTER_WEN.replace("persons", "addressees"), "")
    assert [each.value for each in answer_.contact_points] == [""]
    story.press()
    assert [ring.channel for ring in story.rings()] == ["sms"]
    assert story.number_rung("sms", DAUGHTER_WEN) == "+8600000555"


def test_a_number_that_is_none_is_refused_by_name(speak: As) -> None:
    with pytest.raises(Refused) as refused:
        speak(DAUGHTER).PutAddressee(put(ContactPoint(channel=CHANNEL_VOICE, value="call me")))
    assert refused.value.reason == "CONTACT_POINT_NOT_USABLE"


def test_nobody_sets_how_a_stranger_is_reached(speak: As) -> None:
    with pytest.raises(Refused) as refused:
        speak(NURSE).PutAddressee(put())
    assert refused.value.reason == "NOT_FOUND"


def test_an_operator_sets_the_desk_of_the_own_region_only(speak: As, story: Story) -> None:
    desk = DutyDesk(region=cast.PLUM_GARDEN, contact_points=[ContactPoint(channel=CHANNEL_VOICE, value="+8600000777")])
    with pytest.raises(Refused):
        speak(FAR_OPERATOR).PutDutyDesk(contract.PutDutyDeskRequest(request_id=once(), desk=desk))
    told = speak(OPERATOR).PutDutyDesk(contract.PutDutyDeskRequest(request_id=once(), desk=desk))
    assert told.name == cast.PLUM_GARDEN.replace("regions/", "desks/")
    story.press(person="")
    assert story.called() == {cast.PLUM_GARDEN}
