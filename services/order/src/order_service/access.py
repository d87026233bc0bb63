"""Whom an object of order concerns: the relations every call is checked against."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chassis.access import Relations
from chassis.context import Caller
from chassis.work import Work
from order_service.person.domain import CONFIRM, RoleKind
from order_service.person.store import family_of, roles_of, still_working
from order_service.region.domain import covers, is_city


def relate(work: Work, name: str) -> Relations | None:
    """None: there is no such thing."""
    find = _RELATIONS.get(name.partition("/")[0])
    return find(work, name) if find else None


def is_operator(caller: Caller | None, region: str) -> bool:
    return caller is not None and any(covers(own, region) for own in caller.objects_of("operator"))


def is_city_operator(caller: Caller | None) -> bool:
    return caller is not None and any(is_city(own) for own in caller.objects_of("operator"))


def may_confirm(work: Work, caller: Caller, person: str) -> bool:
    """Family confirms only with the right to; everyone else the access rule has let through may."""
    roles = [role for role in roles_of(work, caller.subject) if (role.kind, role.object) == (RoleKind.FAMILY, person)]
    return caller.subject == person or not roles or any(CONFIRM in role.rights for role in roles)


def _of_incident(work: Work, name: str) -> Relations | None:
    """Of the workers only those who are being asked or were sent: who was asked once learns no more of it."""
    row = work.one("SELECT person, region FROM incidents WHERE name = %s", [name])
    if row is None:
        return None
    workers = work.all(
        """SELECT DISTINCT CASE WHEN f.state = 'accepted' AND o.worker <> '' THEN o.worker ELSE f.worker END AS worker
           FROM offers f JOIN orders o ON o.name = f."order"
           WHERE o.incident = %s AND o.state <> 'cancelled' AND f.state IN ('offered', 'accepted')""",
        [name],
    )
    return _relations(work, row["person"], row["region"], _still_working(work, workers))


def _of_order(work: Work, name: str) -> Relations | None:
    """Everyone who was asked may look: the loser of a race learns who won it not, but that it is over."""
    row = work.one("SELECT person, service_region, worker, provider FROM orders WHERE name = %s", [name])
    if row is None:
        return None
    asked = work.all('SELECT worker FROM offers WHERE "order" = %s', [name])
    workers = _still_working(work, [*asked, {"worker": row["worker"]}])
    providers = frozenset(each["worker"] for each in asked if each["worker"].startswith("providers/"))
    return Relations(
        elder=row["person"],
        family=family_of(work, row["person"]),
        worker=workers,
        provider=providers | {row["provider"]},
        region=row["service_region"],
    )


def _of_person(work: Work, name: str) -> Relations | None:
    row = work.one("SELECT region FROM persons WHERE name = %s AND NOT is_erased", [name])
    return _relations(work, name, row["region"], frozenset()) if row else None


def _of_task(work: Work, name: str) -> Relations | None:
    row = work.one("SELECT region FROM tasks WHERE name = %s", [name])
    return Relations(region=row["region"]) if row else None


def _still_working(work: Work, asked: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Who has left a provider reads and does nothing more for the offers of that time."""
    return still_working(work, [each["worker"] for each in asked])


def _relations(work: Work, person: str, region: str, workers: frozenset[str]) -> Relations:
    return Relations(elder=person, family=family_of(work, person), worker=workers, region=region)


_RELATIONS: Mapping[str, Callable[[Work, str], Relations | None]] = {
    "incidents": _of_incident,
    "orders": _of_order,
    "persons": _of_person,
    "tasks": _of_task,
}
