"""Who takes part in an incident, and what lies on the made-up phones: told by name, logged, to whom it concerns."""

from __future__ import annotations

import pytest

from chassis.rpc.client import Refused
from chassis.work import Caller
from eldercare.notify.v1 import notify_service_pb2 as contract
from eldercare.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from eldercare.order.v1 import events_pb2 as order
from services.notify.tests import cast
from services.notify.tests.cast import DAUGHTER_WEN, GRANNY_WEN, INCIDENT, NURSE_TAO, ORDER
from services.notify.tests.integration.test_rpc import DAUGHTER, FAR_OPERATOR, NURSE, OPERATOR, STRANGER, As
from services.notify.tests.story import Story
from suite.testing import RpcFactory


@pytest.fixture
def speak(rpc: RpcFactory, story: Story) -> As:
    cast.put_contact(story.db, story.seals, GRANNY_WEN)
    served = rpc("notify", db=story.db)
    return lambda caller: NotifyServiceStub(served.channel_as(caller))


def test_those_an_incident_concerns_learn_who_takes_part_and_the_read_is_logged(speak: As, story: Story) -> None:
    story.press()
    story.happens(order.OrderAccepted(order=ORDER, incident=INCIDENT, worker=NURSE_TAO), aggregate=ORDER)
    asked = contract.ListParticipantsRequest(incident=INCIDENT)
    for caller in (Caller(subject=DAUGHTER_WEN, purpose="incident"), OPERATOR):
        found = {each.person: each for each in speak(caller).ListParticipants(asked).participants}
        assert {who: each.role for who, each in found.items()} == {
            GRANNY_WEN: "elder", DAUGHTER_WEN: "family", cast.SON_WEN: "family", NURSE_TAO: "worker",
        }  # fmt: skip
        assert found[NURSE_TAO].display_name == cast.NAMES[NURSE_TAO]
    for caller, reason in ((STRANGER, "NOT_FOUND"), (NURSE, "NOT_FOUND"), (DAUGHTER, "PURPOSE_MISSING")):
        with pytest.raises(Refused) as refused:
            speak(caller).ListParticipants(asked)
        assert refused.value.reason == reason
    assert len(story.db.rows("SELECT 1 FROM reads WHERE object = %s", INCIDENT)) == 2


def test_the_desk_sees_what_lies_on_the_made_up_phones_of_its_region(speak: As, story: Story) -> None:
    story.press()
    story.rings()
    found = speak(OPERATOR).ListRecordedMessages(contract.ListRecordedMessagesRequest(region=cast.LAKE)).messages
    assert {each.message.recipient for each in found} == {DAUGHTER_WEN}
    assert {each.display_name for each in found} == {cast.NAMES[DAUGHTER_WEN]}
    assert any(cast.NAMES[GRANNY_WEN] in each.message.text for each in found)
    assert all(each.HasField("record_time") for each in found)
    with pytest.raises(Refused) as refused:
        speak(FAR_OPERATOR).ListRecordedMessages(contract.ListRecordedMessagesRequest(region=cast.LAKE))
    assert refused.value.reason == "NOT_YOUR_REGION"
