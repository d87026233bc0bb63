"""Who is called, in which order, until a human says who is going."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import pytest

from eldercare.notify.v1.events_pb2 import LadderStarted, NobodyReached
from notify_service.auditor import audit
from notify_service.handlers import opening_of
from notify_service.ladder.domain.ladder import Answer
from notify_service.ladder.use_cases import start_ladder
from services.notify.tests import cast
from services.notify.tests.cast import DAUGHTER_WEN, INCIDENT, LAKE, OPERATOR_MEI, SON_WEN
from services.notify.tests.story import Ring, Story


def test_the_daughter_is_called_at_once_by_phone_sms_push_and_live_view(story: Story) -> None:
    story.press()
    assert set(story.rings()) == {Ring(DAUGHTER_WEN, channel, "alarm_raised") for channel in ("voice", "sms", "push")}
    assert [message.recipient for message in story.shown()] == [DAUGHTER_WEN]
    (started,) = story.db.messages(LadderStarted)
    assert (started.incident, started.steps) == (INCIDENT, 3)


def test_the_son_is_called_when_nobody_answers_for_five_minutes(story: Story) -> None:
    story.press()
    assert story.called() == {DAUGHTER_WEN}
    story.wait(minutes=4)
    assert story.called() == set()
    story.wait(minutes=1)
    assert story.called() == {SON_WEN}


def test_the_duty_desk_is_called_when_nobody_was_reached_and_again_until_someone_takes_over(story: Story) -> None:
    story.press()
    story.rings()
    story.wait(minutes=5)
    story.rings()
    assert story.db.messages(NobodyReached) == []
    for _ in range(3):
        story.wait(minutes=5)
        assert story.told() == {LAKE: {"nobody_coming"}}
    assert [event.region for event in story.db.messages(NobodyReached)] == [cast.PLUM_GARDEN]
    story.says(OPERATOR_MEI, Answer.TAKE_OVER, is_operator=True)
    assert story.told() == {DAUGHTER_WEN: {"desk_took_over"}, SON_WEN: {"desk_took_over"}}
    story.wait(hours=1)
    assert story.rings() == []


def test_an_emergency_waits_two_minutes_only(story: Story) -> None:
    story.press(urgency="emergency")
    story.rings()
    story.wait(minutes=2)
    assert story.called() == {SON_WEN}


def test_no_family_means_the_duty_desk_at_once(lonely: Callable[[], Story]) -> None:
    story = lonely()
    story.press()
    assert story.told() == {LAKE: {"nobody_coming"}}
    assert len(story.db.messages(NobodyReached)) == 1


def test_family_that_nobody_can_reach_is_not_waited_for(story: Story) -> None:
    cast.put_contact(story.db, story.seals, DAUGHTER_WEN, [])
    story.press()
    assert story.called() == {SON_WEN}


def test_an_alarm_of_a_place_calls_the_desk(story: Story) -> None:
    story.press(person="")
    assert story.called() == {LAKE}


def test_without_any_desk_the_live_page_of_the_region_is_called_and_the_ladder_goes_on(
    lonely: Callable[..., Story],
) -> None:
    story = lonely(with_desk=False)
    story.press()
    assert story.rings() == []
    assert [message.recipient for message in story.shown()] == [cast.PLUM_GARDEN]
    story.wait(minutes=5)
    story.rings()
    assert len(story.shown()) == 2


def test_the_nearest_desk_up_the_path_wins(story: Story) -> None:
    cast.put_desk(story.db, story.seals, cast.CITY, "+860000000111")
    cast.put_desk(story.db, story.seals, f"{LAKE}/other-street", "+860000000222")
    story.press(person="")
    assert story.called() == {LAKE}


def test_a_daughter_who_never_came_makes_the_ladder_go_on_and_the_desk_responsible(story: Story) -> None:
    story.press()
    story.says(DAUGHTER_WEN, Answer.ON_MY_WAY)
    story.rings()
    story.wait(minutes=30)
    story.moved("deadline_passed")
    assert story.told() == {SON_WEN: {"alarm_raised"}, LAKE: {"desk_responsible"}}
    story.wait(minutes=5)
    assert story.told() == {LAKE: {"nobody_coming"}}


def test_the_desk_is_called_beside_the_ladder_when_its_own_minute_is_over(story: Story) -> None:
    story.press()
    story.rings()
    story.wait(minutes=1)
    story.moved("deadline_passed")
    assert story.told() == {LAKE: {"desk_responsible"}}
    story.wait(minutes=4)
    assert story.called() == {SON_WEN}


def test_an_operator_who_takes_over_at_order_stops_the_calls(story: Story) -> None:
    story.press()
    story.rings()
    story.moved("take_over", OPERATOR_MEI)
    assert story.told() == {DAUGHTER_WEN: {"desk_took_over"}}
    story.wait(hours=1)
    assert story.rings() == []


def test_quiet_hours_do_not_hold_back_a_call_for_help(story: Story) -> None:
    points = cast.phone_of(DAUGHTER_WEN, quiet="00-23")
    cast.put_contact(story.db, story.seals, DAUGHTER_WEN, points)
    story.press()
    assert len(story.rings()) == 3


def test_what_is_no_emergency_rings_nobody_but_the_desk(story: Story) -> None:
    story.press(urgency="normal")
    assert {ring.channel for ring in story.rings()} == {"sms", "push"}
    story.wait(minutes=10)
    story.wait(minutes=10)
    assert Ring(LAKE, "voice", "nobody_coming") in story.rings()


def test_a_running_ladder_keeps_the_number_it_froze(story: Story) -> None:
    story.press()
    cast.put_contact(story.db, story.seals, SON_WEN, [])
    cast.tell_person(story.db, SON_WEN, version=2)
    story.wait(minutes=5)
    story.rings()
    assert story.number_rung("voice", SON_WEN) == cast.PHONES[SON_WEN]


def test_the_same_fact_twice_rings_once(story: Story) -> None:
    event = cast.opened(story.db.now())
    first = story.happens(event)
    story.happens(event, id=first)
    assert len(story.rings()) == 3
    assert len(story.db.messages(LadderStarted)) == 1


def test_a_ladder_asked_for_by_call_and_by_event_starts_once(story: Story) -> None:
    event = cast.opened(story.db.now())
    with story.db.work() as work:
        start_ladder(work, opening_of(event))
    story.happens(event)
    assert len(story.rings()) == 3
    assert len(story.db.messages(LadderStarted)) == 1


def test_a_ladder_whose_timer_was_lost_is_found_and_goes_on(story: Story) -> None:
    story.press()
    story.rings()
    with story.db.work() as work:
        work.cancel_timer(f"ladder:{INCIDENT}")
    story.wait(minutes=6)
    assert story.rings() == []
    with story.db.work() as work:
        audit(work)
    story.wait(seconds=1)
    assert story.called() == {SON_WEN}


def test_steps_and_answers_cannot_be_rewritten(story: Story) -> None:
    story.press()
    for statement in ("UPDATE ladder_steps SET wait_s = 9999", "DELETE FROM ladder_rungs", "DELETE FROM answers"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            story.db.rows(statement)


def test_a_ladder_asked_for_twice_at_the_same_moment_starts_once(story: Story) -> None:
    opening = opening_of(cast.opened(story.db.now()))
    gate = threading.Barrier(2)

    def ask() -> None:
        with story.db.work() as work:
            gate.wait(10)
            start_ladder(work, opening)

    both = [threading.Thread(target=ask) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert len(story.rings()) == 3
    assert len(story.db.messages(LadderStarted)) == 1
