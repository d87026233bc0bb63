"""A person: dated roles, certificates, skills and eligibility. Names and phones are not here; they are sealed apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from people_service.role.domain import Role, RoleKind

NAME = re.compile(r"persons/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
LANGUAGES = ("zh-CN", "en")


class PersonNameInvalid(Exception):
    """Not a person's resource name."""


class CodeInvalid(Exception):
    """A skill, category or certificate that is free text: it would leave the house."""


class LanguageUnknown(Exception):
    """A language the catalogues do not speak."""


class HomeMissing(Exception):
    """An elder without a place to go to."""


class CertificateTwice(Exception):
    """Two expiries of one certificate."""


class RoleHeldAlready(Exception):
    """The same role over the same time."""


class RoleNotHeld(Exception):
    """There is no such role to end."""


class FamilyOfSelf(Exception):
    """A person who would be family of itself."""


class PersonIsErased(Exception):
    """Nothing more is told or changed about an erased person."""


class DependencyLevel(StrEnum):
    UNSPECIFIED = "unspecified"
    SELF_CARE = "self_care"
    ASSISTED = "assisted"
    NURSED = "nursed"
    SEVERELY_DISABLED = "severely_disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    kind: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What stays with a person whatever its roles."""

    certificates: tuple[Certificate, ...] = ()
    skills: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    dependency_level: DependencyLevel = DependencyLevel.UNSPECIFIED
    language: str = LANGUAGES[0]

    def checked(self) -> Traits:
        kinds = [each.kind for each in self.certificates]
        if not all(CODE.fullmatch(code) for code in (*kinds, *self.skills, *self.categories)):
            raise CodeInvalid
        if len(set(kinds)) < len(kinds):
            raise CertificateTwice
        if self.language not in LANGUAGES:
            raise LanguageUnknown
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    region: str
    home_cell: str = ""
    roles: tuple[Role, ...] = ()
    traits: Traits = Traits()
    version: int = 1
    erased_at: datetime | None = None

    @classmethod
    def registered(cls, *, name: str, region: str, home_cell: str, roles: tuple[Role, ...], traits: Traits) -> Person:
        if not NAME.fullmatch(name):
            raise PersonNameInvalid
        person = cls(name=name, region=region, home_cell=home_cell, traits=traits.checked())
        for role in roles:
            person = person._with(role)
        return person

    def granted(self, role: Role) -> Person:
        """Return the person with one role more."""
        self.require_present()
        return replace(self._with(role), version=self.version + 1)

    def role_ended(self, kind: RoleKind, object: str, now: datetime) -> Person:  # noqa: A002 - the contract's word
        """Return the person without that role from now on; what has been stays on record."""
        self.require_present()
        ended = tuple(r.ended(now) if r.is_of(kind, object) and r.is_open_at(now) else r for r in self.roles)
        if ended == self.roles:
            raise RoleNotHeld
        return replace(self, roles=ended, version=self.version + 1)

    def withdrawn(self, now: datetime) -> Person:
        """Return the person out of every role and without a home: the step before erasing."""
        self.require_present()
        ended = tuple(role.ended(now) if role.is_open_at(now) else role for role in self.roles)
        return replace(self, roles=ended, home_cell="", version=self.version + 1)

    def erased(self, now: datetime) -> Person:
        self.require_present()
        return replace(self, erased_at=now, version=self.version + 1)

    def roles_at(self, moment: datetime) -> tuple[Role, ...]:
        return tuple(role for role in self.roles if role.holds_at(moment))

    def is_elder_at(self, moment: datetime) -> bool:
        return any(role.kind is RoleKind.ELDER for role in self.roles_at(moment))

    def require_present(self) -> None:
        if self.erased_at is not None:
            raise PersonIsErased

    def _with(self, role: Role) -> Person:
        if role.kind is RoleKind.ELDER and not self.home_cell:
            raise HomeMissing
        if role.kind is RoleKind.FAMILY and role.object == self.name:
            raise FamilyOfSelf
        if any(role.overlaps(held) for held in self.roles):
            raise RoleHeldAlready
        kept = tuple(held for held in self.roles if not _same_start(held, role))
        return replace(self, roles=(*kept, role))


def _same_start(held: Role, role: Role) -> bool:
    return held.is_of(role.kind, role.object) and held.started_at == role.started_at
