"""Republishes current states, so that another service can rebuild its copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chassis.refusal import Refusal
from chassis.work import Work
from people_service.contract import publish_erasure, publish_person, publish_provider, publish_region
from people_service.person import store as persons
from people_service.person.domain import Person
from people_service.provider import store as providers
from people_service.region import store as regions

PAGE = 500


class NounUnknown(Refusal):
    """A noun this service does not own."""

    status = "INVALID_ARGUMENT"
    sentence = "People resends persons, providers and regions."


def resend_all(work: Work, noun: str, *, cursor: str = "", limit: int = PAGE) -> str:
    """Republish the next states of a noun and return the cursor for the next call, or '' at the end.

    One call is one transaction. Versions stay as they are: who has the state already sees nothing new.
    """
    resend = _RESEND.get(noun)
    if resend is None:
        raise NounUnknown(noun=noun)
    sent = resend(work, cursor, limit)
    return sent[-1] if len(sent) == limit else ""


def _persons(work: Work, cursor: str, limit: int) -> list[str]:
    found = persons.after(work, cursor, limit)
    for person in found:
        _publish(work, person)
    return [person.name for person in found]


def _publish(work: Work, person: Person) -> None:
    publish_person(work, person)
    if person.erased_at is not None:
        publish_erasure(work, person)


def _providers(work: Work, cursor: str, limit: int) -> list[str]:
    found = providers.after(work, cursor, limit)
    for provider in found:
        publish_provider(work, provider)
    return [provider.name for provider in found]


def _regions(work: Work, cursor: str, limit: int) -> list[str]:
    found = regions.after(work, cursor, limit)
    for region in found:
        publish_region(work, region)
    return [region.name for region in found]


_RESEND: Mapping[str, Callable[[Work, str, int], list[str]]] = {
    "persons": _persons,
    "providers": _providers,
    "regions": _regions,
}
