"""How a caller may stand to an object of this service."""

from __future__ import annotations

from chassis.access import Relations
from chassis.work import Work
from people_service.api_key.domain import provider_of
from people_service.person import store as persons
from people_service.person.domain import Person
from people_service.provider import store as providers
from people_service.role import store as roles


def relate(work: Work, name: str) -> Relations | None:
    """Return who is what to a person, a provider or a key of it; None when there is no such thing."""
    if name.startswith("providers/"):
        region = providers.region_of(work, provider_of(name))
        return None if region is None else Relations(region=region)
    person = persons.load(work, name)
    return None if person is None else _relations(work, person)


def _relations(work: Work, person: Person) -> Relations:
    family = roles.family_of(work, person.name) if person.erased_at is None else frozenset[str]()
    return Relations(elder=person.name, family=family, region=person.region)
