"""Names and numbers are nowhere in plain text, and a person who was erased is gone."""

from __future__ import annotations

from uuid import uuid4

from chassis.work import Caller
from eldercare.notify.v1 import notify_service_pb2 as contract
from eldercare.notify.v1.message_pb2 import CHANNEL_SMS, CHANNEL_VOICE, Addressee, ContactPoint, DutyDesk
from eldercare.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from eldercare.order.v1 import events_pb2 as order
from eldercare.people.v1.events_pb2 import PersonErased
from notify_service.handlers import HANDLERS
from notify_service.ladder.domain.ladder import Answer
from services.notify.tests import cast
from services.notify.tests.cast import DAUGHTER_WEN, GRANNY_WEN, INCIDENT, OPERATOR_MEI, ORDER, SON_WEN
from services.notify.tests.story import Story
from suite.testing import RpcFactory, TestDatabase

CANARY_NAME = "Canary Kanarienvogel"
CANARY_PHONE = "+8600000424242"
OPERATOR = Caller(subject=OPERATOR_MEI, roles=(f"operator@{cast.CITY}",), purpose="incident")


def everything(db: TestDatabase) -> str:
    """Every row of every table as text, and what byte columns hold."""
    rows = db.rows(
        """SELECT query_to_xml(format('SELECT t::text FROM %I t', relname), true, false, '')::text AS dump
           FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
             AND has_table_privilege(oid, 'SELECT')"""
    )
    assert len(rows) > 15
    return "\n".join(row["dump"] for row in rows)


def assert_nowhere(db: TestDatabase, plain: str) -> None:
    dump = everything(db)
    for form in (plain, plain.encode().hex(), plain.encode("utf-16-le").hex()):
        assert form not in dump


def test_a_planted_name_and_number_are_found_in_no_table_and_no_journal(rpc: RpcFactory, story: Story) -> None:
    stub = NotifyServiceStub(rpc("notify", db=story.db).channel_as(OPERATOR))
    points = [ContactPoint(channel=channel, value=CANARY_PHONE) for channel in (CHANNEL_VOICE, CHANNEL_SMS)]
    for person in (GRANNY_WEN, DAUGHTER_WEN, SON_WEN):
        told = Addressee(person=person, display_name=CANARY_NAME, language="en", contact_points=points)
        stub.PutAddressee(contract.PutAddresseeRequest(request_id=str(uuid4()), addressee=told))
    desk = DutyDesk(region=cast.PLUM_GARDEN, contact_points=points)
    stub.PutDutyDesk(contract.PutDutyDeskRequest(request_id=str(uuid4()), desk=desk))
    story.press()
    story.wait(minutes=20)
    assert len(story.rings()) > 3
    story.says(SON_WEN, Answer.ON_MY_WAY)
    story.happens(order.OrderAccepted(order=ORDER, incident=INCIDENT, worker=SON_WEN), aggregate=ORDER)
    story.rings()
    texts = stub.ListMessages(contract.ListMessagesRequest(incident=INCIDENT)).messages
    assert any(CANARY_NAME in message.text for message in texts)
    assert_nowhere(story.db, CANARY_PHONE)
    assert_nowhere(story.db, CANARY_NAME)


def test_the_search_would_have_found_it(story: Story) -> None:
    with story.db.work() as work:
        work.set_timer("planted", "planted", work.now, {"note": CANARY_NAME})
    assert CANARY_NAME in everything(story.db)


def test_after_erasure_no_name_no_number_no_relation_is_left(story: Story) -> None:
    cast.put_contact(story.db, story.seals, GRANNY_WEN)
    story.press()
    story.rings()
    story.db.deliver(HANDLERS, PersonErased(person=GRANNY_WEN, version=9), aggregate=GRANNY_WEN)
    assert story.db.rows("SELECT * FROM contact_points WHERE owner = %s", GRANNY_WEN) == []
    assert story.db.rows("SELECT * FROM addressees WHERE person = %s", GRANNY_WEN) == []
    assert story.db.rows("SELECT * FROM relations WHERE object = %s", GRANNY_WEN) == []
    assert story.db.rows("SELECT wrapped FROM subject_keys WHERE subject = %s", GRANNY_WEN) == [{"wrapped": None}]
    story.happens(order.OrderPlaced(order=ORDER, incident=INCIDENT, person=GRANNY_WEN), aggregate=ORDER)
    story.wait(minutes=5)
    assert story.called() == {SON_WEN}


def test_an_old_fact_does_not_bring_an_erased_person_back(story: Story) -> None:
    story.db.deliver(HANDLERS, PersonErased(person=SON_WEN, version=9), aggregate=SON_WEN)
    cast.tell_person(story.db, SON_WEN, cast.family_of(GRANNY_WEN), version=8)
    cast.tell_person(story.db, DAUGHTER_WEN, version=0)
    story.press()
    story.wait(minutes=5)
    assert SON_WEN not in story.called()


def test_one_relation_ended_is_one_person_less(story: Story) -> None:
    ended = cast.family_of(GRANNY_WEN)
    ended.end_time.CopyFrom(cast.stamp(story.db.now()))
    cast.tell_person(story.db, DAUGHTER_WEN, ended, version=2)
    story.press()
    assert story.called() == {SON_WEN}


def test_who_represents_the_elder_is_called_first(story: Story) -> None:
    cast.tell_person(story.db, SON_WEN, cast.family_of(GRANNY_WEN, "represent", days=9), version=2)
    story.press()
    assert story.called() == {SON_WEN}
