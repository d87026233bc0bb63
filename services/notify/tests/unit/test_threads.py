"""Nothing slow stands in the way of a call, and no news."""

from datetime import UTC, datetime

import pytest

from notify_service.contact.domain import Channel
from notify_service.message.domain import Template
from notify_service.message.store import Draft, Notice
from notify_service.message.use_cases import AHEAD, CALL, POST, SEND, kind_of, request_of


@pytest.mark.parametrize("channel", [Channel.VOICE, Channel.SMS, Channel.PUSH])
def test_an_urgent_call_shares_no_thread_with_mail_or_with_routine_messages(channel: Channel) -> None:
    assert kind_of(channel, is_urgent=True) == CALL
    assert kind_of(channel, is_urgent=False) == SEND
    assert kind_of(Channel.EMAIL, is_urgent=True) == kind_of(Channel.WEBHOOK, is_urgent=False) == POST


def lane(template: Template, channel: Channel = Channel.VOICE, *, is_urgent: bool = True) -> str:
    notice = Notice(template=template, params={}, region="", person="", correlation="", is_urgent=is_urgent)
    draft = Draft(name="", recipient="", channel=channel, contact_point=None, due=datetime(2026, 1, 1, tzinfo=UTC))
    return request_of(notice, draft).lane


@pytest.mark.parametrize(
    "template", [Template.ALARM_RAISED, Template.NOBODY_COMING, Template.DESK_PAGED, Template.ORDER_UNANSWERED]
)
def test_who_has_to_move_now_is_called_ahead(template: Template) -> None:
    assert lane(template) == lane(template, Channel.PUSH) == AHEAD


@pytest.mark.parametrize("template", [Template.ORDER_OFFERED, Template.WORKER_COMING, Template.STOOD_DOWN])
def test_who_is_told_beside_a_call_does_not_stand_in_its_way(template: Template) -> None:
    assert lane(template) == ""


def test_what_can_wait_or_is_slow_goes_in_no_lane() -> None:
    assert lane(Template.ALARM_RAISED, is_urgent=False) == lane(Template.ALARM_RAISED, Channel.EMAIL) == ""
