"""What comes back on the line a message went out on: a key pressed, a short text."""

from __future__ import annotations

from chassis.refusal import NotFound, Refusal
from chassis.work import Work
from notify_service.ladder.domain.ladder import Answer
from notify_service.ladder.use_cases import answer
from notify_service.message import store

KEYS = {"1": Answer.ON_MY_WAY, "2": Answer.CANNOT, "3": Answer.SEEN}


class ReplyNotUnderstood(Refusal):
    status = "INVALID_ARGUMENT"
    sentence = "Reply 1 if you are on your way, 2 if you cannot come, 3 if you have seen this."


def reply(work: Work, message: str, keys: str, via: str) -> bool:
    """The answer of whoever the message was sent to. A provider calls it with the key its call was made with."""
    sent = store.get(work, message)
    if sent is None or not sent.notice.incident or not sent.recipient.startswith("persons/"):
        raise NotFound(message)
    kind = KEYS.get(keys.strip())
    if kind is None:
        raise ReplyNotUnderstood(message=message)
    return answer(work, sent.notice.incident, sent.recipient, kind, via)
