"""SQL of order's own copy of persons and providers."""

from collections.abc import Iterable, Sequence

from psycopg.types.json import Jsonb

from chassis.work import Work
from order_service.person.domain import Person, Provider, Role, RoleKind


def save_person(work: Work, person: Person) -> bool:
    """The newest version wins; False when this one is old news."""
    changed = work.run(
        """INSERT INTO persons (name, region, home_cell, certificates, skills, version) VALUES (%s, %s, %s, %s, %s, %s)
           ON CONFLICT (name) DO UPDATE SET region = excluded.region, home_cell = excluded.home_cell,
               certificates = excluded.certificates, skills = excluded.skills, version = excluded.version
           WHERE persons.version < excluded.version AND NOT persons.is_erased""",
        [
            person.name,
            person.region,
            person.home_cell,
            Jsonb({kind: expiry.isoformat() for kind, expiry in person.certificates}),
            list(person.skills),
            person.version,
        ],
    )
    if changed:
        _replace_roles(work, person.name, person.roles)
    return bool(changed)


def erase_person(work: Work, name: str, version: int) -> None:
    """Roles, skills and whereabouts go; orders keep the bare name."""
    work.run(
        """INSERT INTO persons (name, region, version, is_erased) VALUES (%s, '', %s, true)
           ON CONFLICT (name) DO UPDATE SET home_cell = '', certificates = '{}', skills = '{}', is_erased = true""",
        [name, version],
    )
    _replace_roles(work, name, ())


def save_provider(work: Work, provider: Provider) -> None:
    work.run(
        """INSERT INTO providers (name, region, service_classes, version) VALUES (%s, %s, %s, %s)
           ON CONFLICT (name) DO UPDATE SET region = excluded.region, service_classes = excluded.service_classes,
               version = excluded.version WHERE providers.version < excluded.version""",
        [provider.name, provider.region, list(provider.service_classes), provider.version],
    )


def find_person(work: Work, name: str) -> Person | None:
    """Without roles; those of this moment are `roles_of`."""
    row = work.one("SELECT * FROM persons WHERE name = %s", [name])
    if row is None:
        return None
    return Person(
        name=row["name"],
        region=row["region"],
        home_cell=row["home_cell"],
        version=row["version"],
        skills=tuple(row["skills"]),
    )


def roles_of(work: Work, name: str) -> list[Role]:
    """The roles a person has now."""
    rows = work.all(
        """SELECT * FROM person_roles WHERE person = %s AND coalesce(start_time, '-infinity') <= app_now()
           AND coalesce(end_time, 'infinity') > app_now()""",
        [name],
    )
    return [Role(kind=RoleKind(row["kind"]), object=row["object"], rights=tuple(row["rights"])) for row in rows]


def family_of(work: Work, elder: str) -> frozenset[str]:
    """Who is family of the elder now."""
    if not elder:
        return frozenset()
    rows = work.all(
        """SELECT person FROM person_roles WHERE kind = 'family' AND object = %s
           AND coalesce(start_time, '-infinity') <= app_now() AND coalesce(end_time, 'infinity') > app_now()""",
        [elder],
    )
    return frozenset(row["person"] for row in rows)


def still_working(work: Work, persons: Sequence[str]) -> frozenset[str]:
    """Those who are workers or volunteers now."""
    rows = work.all(
        """SELECT DISTINCT person FROM person_roles WHERE person = ANY(%s) AND kind IN ('worker', 'volunteer')
           AND coalesce(start_time, '-infinity') <= app_now() AND coalesce(end_time, 'infinity') > app_now()""",
        [list(persons)],
    )
    return frozenset(row["person"] for row in rows)


def _replace_roles(work: Work, name: str, roles: Iterable[Role]) -> None:
    work.run("DELETE FROM person_roles WHERE person = %s", [name])
    for role in roles:
        work.run(
            """INSERT INTO person_roles (person, kind, object, start_time, end_time, rights)
               VALUES (%s, %s, %s, %s, %s, %s)""",
            [name, role.kind.value, role.object, role.start_time, role.end_time, list(role.rights)],
        )
