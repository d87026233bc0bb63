"""Sign-in, in three steps: the attempt is counted and committed, the password is checked, the token is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from chassis.refusal import NotFound, Refusal
from chassis.seal import Seals
from chassis.work import Work
from people_service.person import store as persons
from people_service.reach import Reach
from people_service.session import lasting_store, store
from people_service.session.domain import Credentials, normal_login
from people_service.session.keeping import Mint, SignedIn, begin_session
from people_service.session.lasting import EndReason, Means
from people_service.session.passwords import Passwords


class SignInLocked(Refusal):
    """Too many wrong passwords for this login."""

    status = "RESOURCE_EXHAUSTED"
    sentence = "Too many attempts. Wait a little and try again, or ask your operator for a new password."


class SignInRefused(Refusal):
    """Login and password do not belong together; which of them is wrong is not told."""

    status = "PERMISSION_DENIED"
    sentence = "Login or password is wrong."


class LoginTaken(Refusal):
    """One login, one person."""

    status = "ALREADY_EXISTS"
    sentence = "Somebody else signs in with this login. Choose another one."


class LoginMissing(Refusal):
    """A first password without the name it goes with."""

    status = "INVALID_ARGUMENT"
    sentence = "Choose a login as well: the person has none yet."


class CurrentPasswordWrong(Refusal):
    """Who holds a token is not always the person it was made for."""

    status = "PERMISSION_DENIED"
    sentence = "To change your password, bring the one you have now. If it is lost, ask your operator for a new one."


class SignInNotRecent(Refusal):
    """Where no password is known, having just signed in is the proof."""

    status = "PERMISSION_DENIED"
    sentence = "To set a first password, sign in anew with a code, then set it within ten minutes."


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A counted attempt: whose password it would take."""

    login_blind: bytes
    person: str | None = None
    password_hash: str | None = None


def begin_sign_in(work: Work, seals: Seals, login: str) -> Challenge:
    """Count the attempt; it must be committed before the password is looked at."""
    blind = login_blind(seals, login)
    _count_attempt(work, blind)
    person, password_hash = store.credentials_of(work, blind) or (None, None)
    return Challenge(login_blind=blind, person=person, password_hash=password_hash)


def begin_change(work: Work, name: str) -> Challenge | None:
    """Count the attempt as signing in does; None when the person has no password yet."""
    known = store.own_credentials(work, name)
    if known is None:
        return None
    blind, password_hash = known
    _count_attempt(work, blind)
    return Challenge(login_blind=blind, person=name, password_hash=password_hash)


def answer_challenge(challenge: Challenge, passwords: Passwords, password: str) -> str | None:
    """Check the password outside of any transaction; returns a stronger hash when today's costs are higher."""
    known = challenge.password_hash
    if not passwords.matches(known, password) or known is None:
        raise SignInRefused
    return passwords.hashed(password) if passwords.is_outdated(known) else None


def finish_sign_in(work: Work, challenge: Challenge, stronger_hash: str | None, mint: Mint) -> SignedIn:
    """Sign in the person with the roles that hold now. A password that is being changed is waited for."""
    person = persons.load(work, challenge.person or "", lock=True)
    if person is None or store.credentials_of(work, challenge.login_blind) != (person.name, challenge.password_hash):
        raise SignInRefused
    store.clear_attempts(work, challenge.login_blind)
    if stronger_hash and challenge.password_hash:
        store.rehash(work, person.name, old=challenge.password_hash, new=stronger_hash)
    return begin_session(work, person, Means.PASSWORD, mint)


def set_password(
    work: Work, seals: Seals, name: str, told: Credentials, reach: Reach | None, *, session: str = ""
) -> None:
    """Set how a person signs in. Without a reach it is the person itself; others may not take over who stands above.

    Every session of the person ends but the one it is done in.
    """
    person = persons.load(work, name, lock=True)
    if person is None:
        raise NotFound(name)
    person.require_present()
    if reach is not None:
        reach.require_powers_of(role for role in person.roles if role.is_open_at(work.now))
    blind = login_blind(seals, told.login) if told.login else _present_login(work, name)
    if not store.set_credentials(work, name, blind, told.password_hash):
        raise LoginTaken
    store.clear_attempts(work, blind)
    lasting_store.end_all(work, name, EndReason.PASSWORD_CHANGED, but=session)


def change_own_password(
    work: Work, seals: Seals, name: str, told: Credentials, proven: Challenge | None, *, session: str = ""
) -> None:
    """Set the own sign-in; the password that was proven must still be the one that holds. A first one is set by whoever
    has just signed in without one."""
    persons.load(work, name, lock=True)
    held = (proven.login_blind, proven.password_hash) if proven else None
    if store.own_credentials(work, name) != held:
        raise CurrentPasswordWrong
    if proven:
        store.clear_attempts(work, proven.login_blind)
    else:
        _require_recent(work, name, session)
    set_password(work, seals, name, told, None, session=session)


def _present_login(work: Work, name: str) -> bytes:
    known = store.own_credentials(work, name)
    if known is None:
        raise LoginMissing
    return known[0]


def _require_recent(work: Work, name: str, session: str) -> None:
    begun = lasting_store.current(work, name, session)
    if begun is None or not begun.is_recent(work.now):
        raise SignInNotRecent


def _count_attempt(work: Work, blind: bytes) -> None:
    attempts = store.attempts_of(work, blind)
    wait = attempts.wait(work.now)
    if wait > timedelta():
        raise SignInLocked(retry_after_s=str(ceil(wait.total_seconds())))
    store.save_attempts(work, blind, attempts.charged(work.now))


def login_blind(seals: Seals, login: str) -> bytes:
    return seals.blind(normal_login(login).encode(), field="login")
