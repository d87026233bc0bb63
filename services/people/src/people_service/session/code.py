"""One-time codes: how long one lives, how often one may be guessed at, and how often one may be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

CODE_LIFE = timedelta(minutes=5)
MOST_TRIES = 5
# Sending takes work that a phone nobody has does not: it begins when the answer is long given.
SENT_AFTER = timedelta(seconds=1)
APART = timedelta(minutes=1)
WINDOW = timedelta(hours=1)
MOST_IN_WINDOW = 5
# Wrong guesses at all codes of one phone: a million codes, so 20 a day find one in a century and more.
MOST_TRIES_A_DAY = 20
KEPT = timedelta(days=1)
DIGITS = 6


def wait_to_ask(asked: Sequence[datetime], now: datetime) -> timedelta:
    """How long a phone must wait for its next code, after those asked for within the window, oldest first."""
    if not asked:
        return timedelta()
    opens = asked[-1] + APART
    if len(asked) >= MOST_IN_WINDOW:
        opens = max(opens, asked[-MOST_IN_WINDOW] + WINDOW)
    return max(opens - now, timedelta())


def code_of(digest: bytes) -> str:
    """Six digits of a keyed digest (RFC 4226, section 5.3)."""
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAsked:
    """A code that was asked for; nobody may have the phone."""

    challenge: str
    phone_blind: bytes
    asked_at: datetime
    tries: int = 0
    used_at: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        return self.asked_at + CODE_LIFE

    def may_be_tried(self, now: datetime) -> bool:
        return self.used_at is None and self.tries < MOST_TRIES and now < self.expires_at
