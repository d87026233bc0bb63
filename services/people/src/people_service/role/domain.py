"""What a person is to the community, from one moment until another."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

RIGHTS = frozenset({"pay", "confirm", "represent"})
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_REGION = r"regions(/[a-z0-9-]{1,40}){1,4}"


class RoleObjectMismatch(Exception):
    """The object does not belong to that kind of role."""


class RightsNotAllowed(Exception):
    """A right that is unknown, or of a role that carries none."""


class RoleEndsBeforeStart(Exception):
    """A role that would never hold."""


class RoleKind(StrEnum):
    ELDER = "elder"
    FAMILY = "family"
    WORKER = "worker"
    VOLUNTEER = "volunteer"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"


_OBJECTS = {
    RoleKind.ELDER: re.compile(""),
    RoleKind.FAMILY: re.compile(f"persons/{_UUID}"),
    RoleKind.WORKER: re.compile(f"providers/{_UUID}"),
    RoleKind.VOLUNTEER: re.compile(_REGION),
    RoleKind.OPERATOR: re.compile(_REGION),
    RoleKind.SUPERVISOR: re.compile(_REGION),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    kind: RoleKind
    object: str = ""
    started_at: datetime
    ended_at: datetime | None = None
    rights: frozenset[str] = frozenset()

    @classmethod
    def granted(
        cls,
        kind: RoleKind,
        *,
        object: str = "",  # noqa: A002 - the contract's own word
        start: datetime,
        end: datetime | None = None,
        rights: frozenset[str] = frozenset(),
    ) -> Role:
        if not _OBJECTS[kind].fullmatch(object):
            raise RoleObjectMismatch
        if not rights <= (RIGHTS if kind is RoleKind.FAMILY else frozenset()):
            raise RightsNotAllowed
        if end is not None and end <= start:
            raise RoleEndsBeforeStart
        return cls(kind=kind, object=object, started_at=start, ended_at=end, rights=rights)

    @property
    def label(self) -> str:
        """The role as a token carries it: `elder`, `operator@regions/…`."""
        return f"{self.kind}@{self.object}" if self.object else str(self.kind)

    def is_of(self, kind: RoleKind, object: str) -> bool:  # noqa: A002 - the contract's own word
        return (self.kind, self.object) == (kind, object)

    def holds_at(self, moment: datetime) -> bool:
        return self.started_at <= moment and (self.ended_at is None or moment < self.ended_at)

    def is_open_at(self, moment: datetime) -> bool:
        """Tell whether the role holds then or later."""
        return not self.never_holds and (self.ended_at is None or moment < self.ended_at)

    @property
    def never_holds(self) -> bool:
        """A role that was ended before it began stays on record and holds at no moment."""
        return self.ended_at == self.started_at

    def overlaps(self, other: Role) -> bool:
        if not self.is_of(other.kind, other.object) or self.never_holds or other.never_holds:
            return False
        return _before(self.started_at, other.ended_at) and _before(other.started_at, self.ended_at)

    def ended(self, now: datetime) -> Role:
        return replace(self, ended_at=max(now, self.started_at))


def _before(start: datetime, end: datetime | None) -> bool:
    return end is None or start < end
