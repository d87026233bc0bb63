"""Signing in with a phone and a code sent to it. The code is made from its challenge and stored nowhere."""

from __future__ import annotations

import hmac
from datetime import datetime
from math import ceil
from uuid import uuid4

from chassis.refusal import Refusal
from chassis.seal import Seals
from chassis.work import Work
from people_service.person import store as persons
from people_service.person.sealed_store import phone_blind
from people_service.session import code_store as store
from people_service.session.code import MOST_TRIES_A_DAY, SENT_AFTER, CodeAsked, code_of, wait_to_ask
from people_service.session.keeping import Mint, NoRoleNow, SignedIn, begin_session
from people_service.session.lasting import Means

SEND_CODE = "send_code"


class CodesTooMany(Refusal):
    """A phone for which codes are asked for too often; it may be nobody's."""

    status = "RESOURCE_EXHAUSTED"
    sentence = "A code was asked for a moment ago. Wait for it, or a little, and ask again."


class CodeRefused(Refusal):
    """Wrong, too old, used, guessed at too often, or of nobody; which of these is not told."""

    status = "PERMISSION_DENIED"
    sentence = "This code does not open. Check it, or ask for a new one."
    commits = True  # the try is counted


def request_code(work: Work, seals: Seals, phone: str) -> CodeAsked:
    """Ask for a code. Whether somebody has the phone is looked up later, by who sends it: here all phones are alike."""
    blind = phone_blind(seals, phone)
    wait = wait_to_ask(store.times_asked(work, blind), work.now)
    if wait:
        raise CodesTooMany(retry_after_s=str(ceil(wait.total_seconds())))
    asked = CodeAsked(challenge=str(uuid4()), phone_blind=blind, asked_at=work.now)
    store.add(work, asked)
    request, due = {"challenge": asked.challenge}, work.now + SENT_AFTER
    work.request_effect(f"codes/{asked.challenge}", SEND_CODE, request, due=due, timeout_s=5)
    return asked


def sign_in_with_code(work: Work, challenge: str, code: str, mint: Mint) -> SignedIn:
    """Trade a code: counted first, good once."""
    asked = store.load(work, challenge)
    if asked is None or not asked.may_be_tried(work.now):
        raise CodeRefused
    if store.failures_of(work, asked.phone_blind) >= MOST_TRIES_A_DAY:
        raise CodeRefused
    store.count_try(work, challenge)
    if not hmac.compare_digest(code_for(mint.seals, asked), code):
        raise CodeRefused
    person = persons.load(work, store.holder_of(work, asked.phone_blind) or "", lock=True)
    if person is None:
        raise CodeRefused
    store.use(work, challenge)
    try:
        return begin_session(work, person, Means.CODE, mint)
    except NoRoleNow:
        raise CodeRefused from None


def whom_to_send(work: Work, challenge: str) -> tuple[str, CodeAsked] | None:
    """Who has the phone and a role now, while the code is still good."""
    asked = store.load(work, challenge)
    if asked is None or not asked.may_be_tried(work.now):
        return None
    person = persons.load(work, store.holder_of(work, asked.phone_blind) or "")
    return (person.name, asked) if person and person.roles_at(work.now) else None


def code_for(seals: Seals, asked: CodeAsked) -> str:
    return code_of(seals.blind(asked.challenge.encode() + asked.phone_blind, field="sign_in_code"))


def minutes_left(asked: CodeAsked, now: datetime) -> int:
    return max(1, ceil((asked.expires_at - now).total_seconds() / 60))
