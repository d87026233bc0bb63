"""Nothing slow stands in the way of a call."""

import pytest

from notify_service.contact.domain import Channel
from notify_service.message.use_cases import CALL, POST, SEND, kind_of


@pytest.mark.parametrize("channel", [Channel.VOICE, Channel.SMS, Channel.PUSH])
def test_an_urgent_call_shares_no_thread_with_mail_or_with_routine_messages(channel: Channel) -> None:
    assert kind_of(channel, is_urgent=True) == CALL
    assert kind_of(channel, is_urgent=False) == SEND
    assert kind_of(Channel.EMAIL, is_urgent=True) == kind_of(Channel.WEBHOOK, is_urgent=False) == POST
