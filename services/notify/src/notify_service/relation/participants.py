"""Who takes part in an incident: the elder, family, and the workers who have an order of it or are being asked."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.seal import Seals
from chassis.work import Work
from notify_service.ladder.store import opening_of
from notify_service.message.compose import names_of
from notify_service.relation.store import family_of
from notify_service.timeline.store import workers_of_incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    person: str
    role: str
    display_name: str


def participants(work: Work, seals: Seals, incident: str) -> list[Participant]:
    """A worker who is family, too, is told as family."""
    opening = opening_of(work, incident)
    if opening is None:
        return []
    roles = dict.fromkeys(sorted(workers_of_incident(work, incident)), "worker")
    if opening.person:
        roles |= dict.fromkeys(family_of(work, opening.person), "family") | {opening.person: "elder"}
    names = names_of(work, seals, list(roles))
    return [Participant(person=who, role=role, display_name=names.get(who, "")) for who, role in roles.items()]
