"""What people say and do, and whose phone stays silent then."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eldercare.notify.v1.events_pb2 import AnswerGiven
from eldercare.order.v1 import events_pb2 as order
from eldercare.order.v1.incident_pb2 import OUTCOME_MIS_TOUCH
from notify_service.ladder.domain.ladder import Answer, CallerCannotCome, IncidentIsClosed, TakeOverIsForOperators
from notify_service.message.replies import ReplyNotUnderstood, reply
from services.notify.tests.cast import DAUGHTER_WEN, GRANNY_WEN, INCIDENT, LAKE, NURSE_TAO, OPERATOR_MEI, SON_WEN
from services.notify.tests.story import Story


def test_on_my_way_stands_the_others_down(story: Story) -> None:
    story.press()
    story.wait(minutes=5)
    story.rings()
    assert story.says(SON_WEN, Answer.ON_MY_WAY)
    assert story.told() == {DAUGHTER_WEN: {"stood_down"}}
    story.wait(hours=2)
    assert story.rings() == []
    (given,) = story.db.messages(AnswerGiven)
    assert (given.person, given.is_operator) == (SON_WEN, False)


def test_who_cannot_come_passes_the_call_on_at_once(story: Story) -> None:
    story.press()
    story.rings()
    assert not story.says(DAUGHTER_WEN, Answer.CANNOT)
    assert story.called() == {SON_WEN}
    story.says(SON_WEN, Answer.CANNOT)
    assert story.called() == {LAKE}


def test_seen_prolongs_nothing(story: Story) -> None:
    story.press()
    story.rings()
    story.wait(minutes=4)
    assert not story.says(DAUGHTER_WEN, Answer.SEEN)
    story.wait(minutes=1)
    assert story.called() == {SON_WEN}


def test_who_was_going_and_cannot_any_more_wakes_the_ladder(story: Story) -> None:
    story.press()
    story.says(DAUGHTER_WEN, Answer.ON_MY_WAY)
    story.rings()
    story.says(DAUGHTER_WEN, Answer.CANNOT)
    assert story.called() == {SON_WEN}


def test_the_second_who_is_going_counts_when_the_first_cannot(story: Story) -> None:
    story.press()
    story.says(DAUGHTER_WEN, Answer.ON_MY_WAY)
    story.says(SON_WEN, Answer.ON_MY_WAY)
    story.rings()
    story.says(DAUGHTER_WEN, Answer.CANNOT)
    assert story.rings() == []


def test_only_an_operator_takes_over_and_granny_cannot_come_to_herself(story: Story) -> None:
    story.press()
    with pytest.raises(TakeOverIsForOperators):
        story.says(DAUGHTER_WEN, Answer.TAKE_OVER)
    with pytest.raises(CallerCannotCome):
        story.says(GRANNY_WEN, Answer.ON_MY_WAY)
    assert story.db.rows("SELECT * FROM answers") == []


def test_a_worker_who_accepts_does_not_stand_the_family_down_but_being_there_does(story: Story) -> None:
    story.press()
    story.rings()
    story.moved("accepted", NURSE_TAO)
    story.wait(minutes=5)
    assert story.called() == {SON_WEN}
    story.moved("arrived", NURSE_TAO)
    story.wait(hours=1)
    assert story.rings() == []


def test_the_desk_hears_of_an_arrival_when_it_had_been_called(lonely: Callable[[], Story]) -> None:
    story = lonely()
    story.press()
    story.rings()
    story.moved("arrived", NURSE_TAO)
    assert story.told() == {LAKE: {"helper_there"}}


def test_closing_ends_the_calls_and_tells_who_was_called(story: Story) -> None:
    story.press()
    story.rings()
    story.happens(order.IncidentClosed(incident=INCIDENT, outcome=OUTCOME_MIS_TOUCH, closer=OPERATOR_MEI))
    assert story.told() == {DAUGHTER_WEN: {"incident_closed"}}
    story.wait(hours=1)
    assert story.rings() == []
    with pytest.raises(IncidentIsClosed):
        story.says(DAUGHTER_WEN, Answer.SEEN)


def test_a_call_not_yet_made_is_withdrawn_when_someone_is_going(story: Story) -> None:
    story.press()
    story.says(DAUGHTER_WEN, Answer.ON_MY_WAY)
    assert story.rings() == []
    assert {state for channel, state in story.states() if channel != "feed"} == {"refused"}


def test_the_key_pressed_in_a_call_is_the_answer_of_who_was_called(story: Story) -> None:
    story.press()
    story.rings()
    (call,) = story.db.rows("SELECT name FROM messages WHERE channel = 'voice'")
    with story.db.work() as work, pytest.raises(ReplyNotUnderstood):
        reply(work, call["name"], "7", "voice")
    with story.db.work() as work:
        assert reply(work, call["name"], "1", "voice")
    assert story.db.rows("SELECT person, answer, via FROM answers") == [
        {"person": DAUGHTER_WEN, "answer": "on_my_way", "via": "voice"}
    ]
