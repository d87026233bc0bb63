"""How a caller may stand to an incident or a person, from notify's own copies."""

from __future__ import annotations

from chassis.access import Relations, covers
from chassis.work import Caller, Work
from notify_service.ladder.store import opening_of
from notify_service.relation.store import family_of, region_of, still_working
from notify_service.timeline.store import workers_of_incident


def relate(work: Work, name: str) -> Relations | None:
    """Who is what to it; None when there is no such thing here."""
    if name.startswith("incidents/"):
        return _of_incident(work, name)
    region = region_of(work, name)
    return None if region is None else Relations(region=region, elder=name, family=family_of(work, name))


def _of_incident(work: Work, name: str) -> Relations | None:
    opening = opening_of(work, name)
    if opening is None:
        return None
    return Relations(
        region=opening.region,
        elder=opening.person,
        family=family_of(work, opening.person) if opening.person else (),
        worker=still_working(work, workers_of_incident(work, name)),
    )


def answers_for(caller: Caller, region: str) -> bool:
    """Whether the caller is an operator of that region or of one above it."""
    return any(covers(own, region) for own in caller.objects_of("operator"))
