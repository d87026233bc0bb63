"""How long a login must wait after wrong passwords, and how long a token may live."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from people_service.role.domain import Role

FREE_ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)
LONGEST_TOKEN = timedelta(minutes=15)


def normal_login(login: str) -> str:
    """Return one spelling for what people type as the same login."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def normal_password(password: str) -> str:
    """Return one spelling whatever the keyboard composes."""
    return unicodedata.normalize("NFC", password)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a person types, and the hash of what it types second. Without a login the one it has stays."""

    login: str
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """Attempts of one login since its last success."""

    failures: int
    last_at: datetime

    def opens_at(self) -> datetime:
        """Return when the next attempt is looked at."""
        if self.failures < FREE_ATTEMPTS:
            return self.last_at
        doublings = min(self.failures - FREE_ATTEMPTS, 16)
        return self.last_at + min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)

    def wait(self, now: datetime) -> timedelta:
        """Return how long an attempt made now must wait. Free ones do not, though another's may carry a later time."""
        return self.opens_at() - now if self.failures >= FREE_ATTEMPTS else timedelta()

    def charged(self, now: datetime) -> Attempts:
        """Count an attempt before it is looked at: parallel guesses are all counted; a success clears the count."""
        remembered = self.failures if now - self.last_at < FORGOTTEN_AFTER else 0
        return Attempts(failures=remembered + 1, last_at=now)


def token_lifetime(roles: Iterable[Role], now: datetime, longest: timedelta) -> timedelta:
    """A token does not outlive any role it names."""
    ends = [role.ended_at - now for role in roles if role.ended_at is not None]
    return min([longest, LONGEST_TOKEN, *ends])
