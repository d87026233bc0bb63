"""Beginning, renewing and ending sessions."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from chassis.ids import uuid7
from chassis.refusal import Refusal
from chassis.seal import Seals
from chassis.work import Work
from people_service.person import store as persons
from people_service.person.domain import Person
from people_service.session import lasting_store as store
from people_service.session.domain import token_lifetime
from people_service.session.lasting import EndReason, Means, Session, Worth
from people_service.session.tokens import RefreshToken

log = structlog.get_logger(__name__)
Vouch = Callable[[str, tuple[str, ...], timedelta, str], str]


class NoRoleNow(Refusal):
    """Somebody whose roles have all ended, or not begun."""

    status = "PERMISSION_DENIED"
    sentence = "You have no role at this time. Ask your operator."


class SessionUnknown(Refusal):
    """None of the caller's own."""

    status = "NOT_FOUND"
    sentence = "You have no such session."


class SessionOver(Refusal):
    """A refresh token that renews nothing; which way it is worthless is not told."""

    status = "UNAUTHENTICATED"
    sentence = "Your session has ended. Sign in again."
    commits = True  # a session found to be copied, over or without a role stays ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Mint:
    """What tokens are made with, and the longest an access token lives."""

    seals: Seals
    vouch: Vouch
    longest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    person: str
    roles: tuple[str, ...]
    token: str
    expires_at: datetime
    session: str
    refresh_token: str
    refresh_expires_at: datetime


def begin_session(work: Work, person: Person, means: Means, mint: Mint) -> SignedIn:
    """A session with the roles that hold now."""
    if not person.roles_at(work.now):
        raise NoRoleNow
    token = RefreshToken.first(uuid7())
    session = Session(
        id=token.session,
        person=person.name,
        means=means,
        started_at=work.now,
        used_at=work.now,
        generation=token.generation,
        token_hash=token.hash,
    )
    store.add(work, session)
    return _signed_in(work, person, session, token, mint)


def refresh_session(work: Work, text: str, request_id: UUID, mint: Mint) -> SignedIn:
    """Trade a refresh token. One that was traded before shows that there is a copy: then nobody holds the session."""
    token = RefreshToken.read(mint.seals, text)
    session = store.load(work, token.session) if token else None
    if token is None or session is None:
        raise SessionOver
    worth = session.worth(token.generation, request_id, work.now)
    successor = token.next(mint.seals, request_id)
    held = successor.hash if worth is Worth.AGAIN else token.hash
    if worth is Worth.STOLEN or not hmac.compare_digest(held, session.token_hash):
        _end_copied(work, session)
    if worth is Worth.NOTHING:
        raise SessionOver
    person = _still_welcome(work, session)
    if worth is Worth.NEXT:
        store.trade(work, session, token_hash=successor.hash, request_id=request_id)
    return _signed_in(work, person, session, successor, mint)


def end_session(work: Work, person: str, name: str) -> None:
    """End one of the person's own; one that has ended is ended."""
    session = store.load(work, UUID(name.partition("/")[2])) if name else None
    if session is None or session.person != person:
        raise SessionUnknown
    store.end(work, session.id, EndReason.SIGNED_OUT)


def _end_copied(work: Work, session: Session) -> None:
    if session.ended_at is None:
        store.end(work, session.id, EndReason.TOKEN_REUSED)
        log.warning("session.token_reused", session=session.name, person=session.person)
    raise SessionOver


def _still_welcome(work: Work, session: Session) -> Person:
    """Roles are looked at anew each time; a session without one, or past its time, ends."""
    person = persons.load(work, session.person)
    roles = person.roles_at(work.now) if person else ()
    if person is None or not roles:
        store.end(work, session.id, EndReason.NO_ROLE)
        raise SessionOver
    if session.lasts_until(roles) <= work.now:
        store.end(work, session.id, EndReason.LASTED_OUT)
        raise SessionOver
    return person


def _signed_in(work: Work, person: Person, session: Session, token: RefreshToken, mint: Mint) -> SignedIn:
    roles = person.roles_at(work.now)
    labels = tuple(sorted({role.label for role in roles}))
    used = replace(session, used_at=work.now)
    until = used.lasts_until(roles)
    lifetime = token_lifetime(roles, work.now, min(mint.longest, until - work.now))
    return SignedIn(
        person=person.name,
        roles=labels,
        token=mint.vouch(person.name, labels, lifetime, session.name),
        expires_at=work.now + lifetime,
        session=session.name,
        refresh_token=token.text(mint.seals),
        refresh_expires_at=until,
    )
