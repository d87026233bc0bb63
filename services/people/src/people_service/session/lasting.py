"""A session and the refresh token that renews it: how long it lasts, and what a token is worth that comes again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from people_service.role.domain import Role, RoleKind

LONGEST_UNUSED = timedelta(days=30)
LONGEST_SESSION = timedelta(days=90)
LONGEST_AT_A_DESK = timedelta(hours=12)
# Whoever just showed that they are the person may set what opens the door from now on.
RECENT = timedelta(minutes=10)
# A lost answer is asked for again at once; what comes later is somebody else's copy.
REPEATED_WITHIN = timedelta(minutes=1)
_DESK = (RoleKind.OPERATOR, RoleKind.SUPERVISOR)


class Means(StrEnum):
    """How a session began."""

    PASSWORD = "password"  # noqa: S105 - a word
    CODE = "code"
    PROVIDER = "provider"


class EndReason(StrEnum):
    SIGNED_OUT = "signed_out"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a word
    LASTED_OUT = "lasted_out"
    NO_ROLE = "no_role"
    ROLE_ENDED = "role_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word
    ACCOUNT_LINKED = "account_linked"
    ERASED = "erased"


class Worth(StrEnum):
    """What a refresh token is worth: the next one, the same one again, nothing, or proof that there is a copy."""

    NEXT = "next"
    AGAIN = "again"
    NOTHING = "nothing"
    STOLEN = "stolen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    id: UUID
    person: str
    means: Means
    started_at: datetime
    used_at: datetime
    generation: int
    token_hash: bytes
    traded_by: UUID | None = None
    ended_at: datetime | None = None

    @property
    def name(self) -> str:
        return f"sessions/{self.id}"

    def is_recent(self, now: datetime) -> bool:
        """Whether somebody has just signed in: a token stolen later does not say so."""
        return self.ended_at is None and now - self.started_at <= RECENT

    def lasts_until(self, roles: Iterable[Role]) -> datetime:
        """A desk signs in every shift; everybody else once in three months, if the app is used each month."""
        if any(role.kind in _DESK for role in roles):
            return self.started_at + LONGEST_AT_A_DESK
        return min(self.started_at + LONGEST_SESSION, self.used_at + LONGEST_UNUSED)

    def worth(self, generation: int, request_id: UUID, now: datetime) -> Worth:
        """What one of this session's own tokens is worth. Its predecessor is good once more for the same request."""
        if self.ended_at is not None:
            return Worth.NOTHING
        if generation == self.generation:
            return Worth.NEXT
        is_repeat = generation == self.generation - 1 and request_id == self.traded_by
        return Worth.AGAIN if is_repeat and now - self.used_at <= REPEATED_WITHIN else Worth.STOLEN
