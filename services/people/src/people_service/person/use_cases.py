"""Verbs about persons."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from chassis.cells import cell_of
from chassis.refusal import NotFound, Refusal
from chassis.seal import Seals
from chassis.work import Work
from people_service.contract import publish_erasure, publish_person
from people_service.person import sealed_store, store
from people_service.person.domain import Person, Traits
from people_service.person.identifiers import Identifiers
from people_service.reach import Reach
from people_service.region.domain import Scope
from people_service.region.use_cases import require_known
from people_service.role import store as roles
from people_service.role.domain import Role, RoleKind
from people_service.role.grantable import require_grantable
from people_service.session import lasting_store, provider_store
from people_service.session import store as sessions
from people_service.session.lasting import EndReason

log = structlog.get_logger(__name__)


class PersonExists(Refusal):
    """The name was given to somebody before."""

    status = "ALREADY_EXISTS"
    sentence = "A person of this name is registered already."


class PhoneTaken(Refusal):
    """One phone, one person."""

    status = "ALREADY_EXISTS"
    sentence = "This phone belongs to somebody who is registered already."


class PositionInvalid(Refusal):
    """Not a place on earth."""

    status = "INVALID_ARGUMENT"
    sentence = "The home's latitude must lie within 90 and its longitude within 180 degrees."


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What is told about somebody new."""

    name: str
    region: str
    roles: tuple[Role, ...]
    traits: Traits
    identifiers: Identifiers


def register_person(work: Work, seals: Seals, told: Registration, reach: Reach) -> Person:
    require_known(work, told.region)
    person = Person.registered(
        name=told.name,
        region=told.region,
        home_cell=_home_cell(told.identifiers),
        roles=told.roles,
        traits=told.traits,
    )
    for role in person.roles:
        require_grantable(work, role, reach)
    if not store.add(work, person):
        raise PersonExists(person=person.name)
    if not sealed_store.add(work, seals, person.name, told.identifiers):
        raise PhoneTaken(**_holder(work, seals, told.identifiers.phone, reach))
    publish_person(work, person)
    log.info("person.registered", person=person.name, region=person.region)
    return person


def grant_role(work: Work, name: str, role: Role, reach: Reach) -> Person:
    """Give a person a role; nobody can give what is outside of the own reach."""
    person = require_person(work, name, lock=True)
    granted = person.granted(role)
    require_grantable(work, role, reach)
    return _stored(work, granted)


def end_role(work: Work, name: str, kind: RoleKind, object: str, reach: Reach) -> Person:  # noqa: A002 - as the contract
    """End a role from now on; who stands above the caller keeps it. Who loses a role signs in again."""
    person = require_person(work, name, lock=True)
    ended = person.role_ended(kind, object, work.now)
    reach.require_powers_of(role for role in person.roles if role.is_of(kind, object))
    lasting_store.end_all(work, name, EndReason.ROLE_ENDED)
    return _stored(work, ended)


def erase_person(work: Work, name: str, reach: Reach) -> Person:
    """Destroy the person's key: identifiers can never be read again, figures stay."""
    person = require_person(work, name, lock=True)
    reach.require_powers_of(person.roles_at(work.now))
    withdrawn = _stored(work, person.withdrawn(work.now))
    erased = withdrawn.erased(work.now)
    store.save(work, erased)
    sealed_store.erase(work, name)
    sessions.forget(work, name)
    provider_store.forget(work, name)
    lasting_store.end_all(work, name, EndReason.ERASED)
    publish_erasure(work, erased)
    log.info("person.erased", person=name)
    return erased


def get_person(work: Work, name: str) -> Person:
    return require_person(work, name)


def get_home(work: Work, seals: Seals, name: str) -> Identifiers:
    """Tell where a person lives and how to get in; nothing of an erased person."""
    require_person(work, name).require_present()
    identifiers = sealed_store.load(work, seals, name)
    if identifiers is None:
        raise NotFound(name)
    return identifiers


def list_persons(work: Work, scope: Scope, *, after: tuple[str, str], limit: int) -> tuple[list[Person], bool]:
    """Return a page of a scope, and whether there is more."""
    found = store.page(work, scope, after=after, limit=limit + 1)
    return found[:limit], len(found) > limit


def list_my_elders(work: Work, relative: str) -> list[tuple[Person, frozenset[str]]]:
    """Tell whom somebody is family of now, with their rights; nobody of whom there is nothing left to know."""
    related = ((store.load(work, name), rights) for name, rights in roles.elders_of(work, relative).items())
    return [(elder, rights) for elder, rights in related if elder is not None and elder.erased_at is None]


def require_person(work: Work, name: str, *, lock: bool = False) -> Person:
    person = store.load(work, name, lock=lock)
    if person is None:
        raise NotFound(name)
    return person


def _stored(work: Work, person: Person) -> Person:
    store.save(work, person)
    publish_person(work, person)
    return person


def _home_cell(identifiers: Identifiers) -> str:
    if identifiers.home is None:
        return ""
    if not identifiers.home.is_on_earth:
        raise PositionInvalid
    return cell_of(identifiers.home.latitude, identifiers.home.longitude)


def _holder(work: Work, seals: Seals, phone: str, reach: Reach) -> dict[str, str]:
    """Name who has the phone, to a caller who may know of that person."""
    blind = sealed_store.phone_blind(seals, phone)
    holders = (sealed_store.with_phone(work, scope, blind) for scope in reach.scopes)
    return next(({"person": holder} for holder in holders if holder), {})
