"""What becomes of a message when a channel says yes, no, later, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.effects import Outcome
from chassis.settings import BadSettings
from eldercare.notify.v1.events_pb2 import MessageRefused, MessageSent
from eldercare.notify.v1.message_pb2 import CHANNEL_FEED
from eldercare.people.v1.events_pb2 import PersonErased
from notify_service.channel.choose import choose
from notify_service.channel.port import Letter
from notify_service.contact.domain import Channel, ContactPoint
from notify_service.handlers import HANDLERS
from notify_service.message.compose import sentence_of
from notify_service.message.use_cases import CALL, KINDS
from notify_service.settings import NotifySettings
from services.notify.tests import cast
from services.notify.tests.cast import DAUGHTER_WEN
from services.notify.tests.story import Story

SECOND_PHONE = "+8600000009"


class Provider:
    """A provider of voice calls that does as it is told, one try after the other, then says yes."""

    def __init__(self, *plan: Callable[[Letter], Outcome]) -> None:
        self.plan, self.letters = list(plan), list[Letter]()

    def send(self, letter: Letter, attempt: int) -> Outcome:
        self.letters.append(letter)
        return self.plan.pop(0)(letter) if self.plan else Outcome.done("yes")


def hangs(_: Letter) -> Outcome:
    raise TimeoutError("nobody knows")


def no_such_number(_: Letter) -> Outcome:
    return Outcome.refused("no_such_number")


def busy(_: Letter) -> Outcome:
    return Outcome.later("busy")


def try_all(story: Story, provider: Provider, *, tries: int = 1) -> None:
    sender = story.sender({**story.channels, "voice": provider})
    for _ in range(tries):
        story.db.run_effects(dict.fromkeys(KINDS, sender))
        story.db.push_clock(seconds=31)


def voice(story: Story) -> list[tuple[str, str]]:
    rows = story.db.rows("SELECT state, reason FROM messages WHERE channel = 'voice' ORDER BY name")
    return [(row["state"], row["reason"]) for row in rows]


def test_a_call_that_nobody_knows_about_is_made_again_with_the_same_key(story: Story) -> None:
    provider = Provider(hangs, hangs)
    story.press()
    try_all(story, provider, tries=4)
    assert len(provider.letters) == 3
    assert len({letter.key for letter in provider.letters}) == 1
    assert voice(story) == [("sent", "")]
    sent = [event for event in story.db.messages(MessageSent) if event.channel == 1]
    assert len(sent) == 1


def test_a_provider_that_stays_silent_is_given_up_and_told(story: Story) -> None:
    provider = Provider(*[hangs] * 20)
    story.press()
    try_all(story, provider, tries=12)
    assert voice(story) == [("unknown", "given_up")]
    assert [event.reason for event in story.db.messages(MessageRefused)] == ["given_up"]


def test_a_busy_provider_is_asked_again(story: Story) -> None:
    provider = Provider(busy)
    story.press()
    try_all(story, provider, tries=2)
    assert voice(story) == [("sent", "")]


def test_a_number_that_is_dead_is_followed_by_the_next_one_and_remembered(story: Story) -> None:
    points = [ContactPoint(channel=Channel.VOICE, value=cast.PHONES[DAUGHTER_WEN], rank=0)]
    points += [ContactPoint(channel=Channel.VOICE, value=SECOND_PHONE, rank=1)]
    cast.put_contact(story.db, story.seals, DAUGHTER_WEN, points)
    provider = Provider(no_such_number)
    story.press()
    try_all(story, provider, tries=2)
    assert [letter.address for letter in provider.letters] == [cast.PHONES[DAUGHTER_WEN], SECOND_PHONE]
    assert voice(story) == [("refused", "no_such_number"), ("sent", "")]
    rows = story.db.rows(
        "SELECT last_refusal_reason, last_success_time FROM contact_points WHERE owner = %s AND retire_time IS NULL"
        " ORDER BY rank",
        DAUGHTER_WEN,
    )
    assert [row["last_refusal_reason"] for row in rows] == ["no_such_number", ""]
    assert [row["last_success_time"] is None for row in rows] == [True, False]


def test_a_voice_call_says_which_keys_to_press_in_the_language_of_the_listener(story: Story) -> None:
    cast.put_contact(story.db, story.seals, DAUGHTER_WEN, language="zh-CN")
    cast.put_contact(story.db, story.seals, cast.GRANNY_WEN, [])
    provider = Provider()
    story.press()
    try_all(story, provider)
    (letter,) = provider.letters
    assert letter.language == "zh-CN"
    assert cast.NAMES[cast.GRANNY_WEN] in letter.text
    assert "请按1" in letter.text


def test_the_live_view_carries_no_names(story: Story) -> None:
    cast.put_contact(story.db, story.seals, cast.GRANNY_WEN, [])
    story.press()
    (message,) = story.shown()
    with story.db.work() as work:
        text = sentence_of(work, story.seals, message, "en").text
    assert "the person in your care" in text
    assert cast.NAMES[cast.GRANNY_WEN] not in text + str(message.notice.params)


def test_who_was_erased_is_not_called_any_more(story: Story) -> None:
    story.press()
    story.db.deliver(HANDLERS, PersonErased(person=DAUGHTER_WEN, version=2), aggregate=DAUGHTER_WEN)
    provider = Provider()
    try_all(story, provider)
    assert provider.letters == []
    assert voice(story) == [("refused", "erased")]


@pytest.mark.parametrize("plan", [[hangs], [hangs, busy], [busy, hangs, busy]])
def test_nobody_says_that_a_call_was_not_made_when_nobody_knows(
    story: Story, plan: list[Callable[[Letter], Outcome]]
) -> None:
    provider = Provider(*plan)
    story.press()
    try_all(story, provider, tries=len(plan))
    story.db.deliver(HANDLERS, PersonErased(person=DAUGHTER_WEN, version=2), aggregate=DAUGHTER_WEN)
    try_all(story, provider)
    assert len(provider.letters) == len(plan)
    assert voice(story) == [("unknown", "erased")]


def test_a_number_that_is_dead_after_a_call_nobody_knows_about_is_remembered(story: Story) -> None:
    story.press()
    try_all(story, Provider(hangs, no_such_number), tries=2)
    assert voice(story) == [("unknown", "no_such_number")]


def test_a_channel_that_is_not_installed_is_named_at_start(story: Story) -> None:
    with pytest.raises(BadSettings, match="ELDERCARE_NOTIFY_SMS: no channel 'pigeon'"):
        choose(NotifySettings(sms="pigeon"), story.db.work, story.seals)
    assert set(choose(NotifySettings(), story.db.work, story.seals)) == {each.value for each in Channel}


def test_the_live_view_shows_a_message_as_soon_as_it_is_written(story: Story) -> None:
    story.press()
    assert [(message.state, message.settle_time is None) for message in story.shown()] == [("sent", False)]
    assert story.db.rows("SELECT 1 FROM effects e JOIN messages m ON m.name = e.key WHERE m.channel = 'feed'") == []
    assert [event.channel for event in story.db.messages(MessageSent)] == [CHANNEL_FEED]


def test_what_the_release_before_asked_core_to_show_is_sent(story: Story) -> None:
    story.press()
    story.db.connection.execute("UPDATE messages SET state = 'pending', settle_time = NULL WHERE channel = 'feed'")
    with story.db.work() as work:
        work.request_effect(story.shown()[0].name, CALL, {})
    story.rings()
    assert [message.state for message in story.shown()] == ["sent"]
