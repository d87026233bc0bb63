"""SQL of persons. A list takes a Scope; what stands outside of it is not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chassis.work import Work
from people_service.person.domain import Certificate, DependencyLevel, Person, Traits
from people_service.region.domain import Scope
from people_service.role import store as roles
from people_service.role.domain import Role

_COLUMNS = "name, region, home_cell, skills, categories, dependency_level, language, version, erased_at"


def load(work: Work, name: str, *, lock: bool = False) -> Person | None:
    rows = work.all(f"SELECT {_COLUMNS} FROM persons WHERE name = %s" + (" FOR UPDATE" if lock else ""), (name,))  # noqa: S608
    return next(iter(_persons(work, rows)), None)


def page(work: Work, scope: Scope, *, after: tuple[str, str], limit: int) -> list[Person]:
    """Return the persons of a scope that follow `after` (region, name), in that order."""
    # '0' is the character after '/': the range holds the region, all below it, and a few siblings that the rest drops.
    rows = work.all(
        f"""
        SELECT {_COLUMNS} FROM persons
        WHERE region >= %(region)s AND region < %(region)s || '0'
          AND (region = %(region)s OR starts_with(region, %(region)s || '/'))
          AND (region, name) > (%(after_region)s COLLATE "C", %(after_name)s COLLATE "C")
        ORDER BY region, name LIMIT %(limit)s
        """,  # noqa: S608
        {"region": scope.region, "after_region": after[0], "after_name": after[1], "limit": limit},
    )
    return list(_persons(work, rows))


def after(work: Work, cursor: str, limit: int) -> list[Person]:
    """Return and lock the persons that follow the cursor, whatever their region: for resending."""
    rows = work.all(
        f"SELECT {_COLUMNS} FROM persons WHERE name > %s ORDER BY name LIMIT %s FOR UPDATE",  # noqa: S608
        (cursor, limit),
    )
    return list(_persons(work, rows))


def add(work: Work, person: Person) -> bool:
    """Store a new person; False when the name is taken."""
    added = work.run(
        """
        INSERT INTO persons (name, region, home_cell, skills, categories, dependency_level, language, version)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (name) DO NOTHING
        """,
        (
            person.name,
            person.region,
            person.home_cell,
            sorted(person.traits.skills),
            sorted(person.traits.categories),
            person.traits.dependency_level,
            person.traits.language,
            person.version,
        ),
    )
    if added:
        roles.save(work, person.name, person.roles)
        _add_certificates(work, person)
    return added == 1


def save(work: Work, person: Person) -> None:
    """Store what a verb of a known person can change."""
    work.run(
        "UPDATE persons SET home_cell = %s, version = %s, erased_at = %s WHERE name = %s",
        (person.home_cell, person.version, person.erased_at, person.name),
    )
    roles.save(work, person.name, person.roles)


def _add_certificates(work: Work, person: Person) -> None:
    for certificate in person.traits.certificates:
        work.run(
            "INSERT INTO certificates (person, kind, expires_at) VALUES (%s, %s, %s)",
            (person.name, certificate.kind, certificate.expires_at),
        )


def _certificates(work: Work, names: list[str]) -> Mapping[str, tuple[Certificate, ...]]:
    found: dict[str, tuple[Certificate, ...]] = defaultdict(tuple)
    sql = "SELECT person, kind, expires_at FROM certificates WHERE person = ANY(%s) ORDER BY person, kind"
    for row in work.all(sql, (names,)):
        found[row["person"]] += (Certificate(kind=row["kind"], expires_at=row["expires_at"]),)
    return found


def _persons(work: Work, rows: Sequence[Mapping[str, Any]]) -> Iterable[Person]:
    names = [row["name"] for row in rows]
    held, licences = roles.of(work, names), _certificates(work, names)
    return (_person(row, held[row["name"]], licences[row["name"]]) for row in rows)


def _person(row: Mapping[str, Any], held: tuple[Role, ...], licences: tuple[Certificate, ...]) -> Person:
    return Person(
        name=row["name"],
        region=row["region"],
        home_cell=row["home_cell"],
        roles=held,
        traits=Traits(
            certificates=licences,
            skills=frozenset(row["skills"]),
            categories=frozenset(row["categories"]),
            dependency_level=DependencyLevel(row["dependency_level"]),
            language=row["language"],
        ),
        version=row["version"],
        erased_at=row["erased_at"],
    )
