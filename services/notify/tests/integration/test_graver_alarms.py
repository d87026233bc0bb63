"""An alarm graver than its incident rings the phones again; an equal one does not."""

from __future__ import annotations

from eldercare.order.v1 import events_pb2 as order
from notify_service.ladder.domain.ladder import Answer
from services.notify.tests import cast
from services.notify.tests.cast import DAUGHTER_WEN, INCIDENT, LAKE, SON_WEN
from services.notify.tests.story import Ring, Story

FALL = "alarms/00000000-0000-7000-8000-0000000000a2"
SMOKE = "alarms/00000000-0000-7000-8000-0000000000a3"
EVERY_PHONE = {
    *(Ring(DAUGHTER_WEN, channel, "alarm_again") for channel in ("voice", "sms", "push")),
    *(Ring(LAKE, channel, "alarm_again") for channel in ("voice", "sms")),
}


def joins(story: Story, alarm: str = FALL, urgency: str = "emergency") -> None:
    story.happens(order.AlarmAttached(incident=INCIDENT, alarm=alarm, alarm_kind="fall", urgency=urgency))


def test_a_fall_after_a_missed_medicine_rings_who_was_told_in_writing_and_the_desk(story: Story) -> None:
    points = cast.phone_of(DAUGHTER_WEN, quiet="00-23")
    cast.put_contact(story.db, story.seals, DAUGHTER_WEN, points)
    story.press(urgency="normal")
    assert story.rings() == []
    joins(story)
    assert set(story.rings()) == EVERY_PHONE


def test_the_later_steps_ring_and_name_the_fall_once_the_incident_is_graver(story: Story) -> None:
    story.press(urgency="normal", archived=True)
    joins(story)
    story.rings()
    story.wait(minutes=10)
    assert Ring(SON_WEN, "voice", "alarm_raised") in story.rings()
    assert story.shown()[-1].notice.params["kind"] == "fall"


def test_nobody_waits_ten_minutes_any_more_once_the_incident_is_graver(story: Story) -> None:
    story.press(urgency="normal")
    joins(story)
    story.rings()
    story.wait(minutes=2, seconds=1)
    assert Ring(SON_WEN, "voice", "alarm_raised") in story.rings()
    story.wait(minutes=2, seconds=1)
    assert Ring(LAKE, "voice", "nobody_coming") in story.rings()


def test_a_graver_alarm_never_makes_a_step_longer(story: Story) -> None:
    story.press(urgency="normal")
    story.wait(minutes=9)
    joins(story)
    story.rings()
    story.wait(minutes=1, seconds=1)
    assert Ring(SON_WEN, "voice", "alarm_raised") in story.rings()


def test_a_daughter_on_her_way_and_the_desk_hear_of_a_graver_alarm_and_nobody_else_is_called(story: Story) -> None:
    story.press(urgency="normal")
    story.says(DAUGHTER_WEN, Answer.ON_MY_WAY)
    story.rings()
    joins(story)
    assert set(story.rings()) == EVERY_PHONE
    story.wait(hours=1)
    assert story.rings() == []


def test_a_graver_alarm_rings_once_and_an_equal_or_lesser_one_after_it_does_not(story: Story) -> None:
    story.press(urgency="normal")
    story.rings()
    joins(story)
    assert len(story.rings()) == len(EVERY_PHONE)
    joins(story)
    joins(story, SMOKE)
    joins(story, "alarms/00000000-0000-7000-8000-0000000000a4", urgency="urgent")
    assert story.rings() == []
