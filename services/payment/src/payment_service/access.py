"""How a caller may stand to an object of this service."""

from __future__ import annotations

from chassis.access import Relations
from chassis.work import Work
from payment_service.person import store as persons


def relate(work: Work, name: str) -> Relations | None:
    """Who is what to a person or to a settlement; None when there is no such thing."""
    if name.startswith("settlements/"):
        row = work.one("SELECT person, region FROM settlements WHERE name = %s", [name])
        return _relations(work, row["person"], row["region"]) if row else None
    return _relations(work, name, "") if name.startswith("persons/") else None


def _relations(work: Work, person: str, region: str) -> Relations | None:
    home = persons.region_of(work, person)
    if home is None:
        return None
    return Relations(elder=person, family=persons.family_of(work, person).keys(), region=region or home)
