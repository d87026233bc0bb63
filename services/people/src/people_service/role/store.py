"""SQL of dated roles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from chassis.work import Work
from people_service.role.domain import Role, RoleKind


def save(work: Work, person: str, roles: Iterable[Role]) -> None:
    """Store the roles of a person; what has been is never removed."""
    for role in roles:
        work.run(
            """
            INSERT INTO roles (person, kind, object, started_at, ended_at, rights) VALUES (%s, %s, %s, %s, %s, %s)
            ON CONFLICT (person, kind, object, started_at) DO UPDATE
            SET ended_at = excluded.ended_at, rights = excluded.rights
            WHERE (roles.ended_at, roles.rights) IS DISTINCT FROM (excluded.ended_at, excluded.rights)
            """,
            (person, role.kind, role.object, role.started_at, role.ended_at, sorted(role.rights)),
        )


def of(work: Work, persons: Sequence[str]) -> Mapping[str, tuple[Role, ...]]:
    """Return the roles of each person, oldest first."""
    found: dict[str, tuple[Role, ...]] = defaultdict(tuple)
    rows = work.all(
        """
        SELECT person, kind, object, started_at, ended_at, rights FROM roles WHERE person = ANY(%s)
        ORDER BY person, started_at, kind, object
        """,
        (list(persons),),
    )
    for row in rows:
        found[row["person"]] += (
            Role(
                kind=RoleKind(row["kind"]),
                object=row["object"],
                started_at=row["started_at"],
                ended_at=row["ended_at"],
                rights=frozenset(row["rights"]),
            ),
        )
    return found


def family_of(work: Work, elder: str) -> frozenset[str]:
    """Return who is family of that elder now."""
    rows = work.all(
        """
        SELECT person FROM roles WHERE kind = 'family' AND object = %s AND started_at <= app_now()
          AND (ended_at IS NULL OR app_now() < ended_at)
        """,
        (elder,),
    )
    return frozenset(row["person"] for row in rows)


def elders_of(work: Work, relative: str) -> Mapping[str, frozenset[str]]:
    """Return whom that person is family of now, with the rights."""
    rows = work.all(
        """
        SELECT object, rights FROM roles WHERE kind = 'family' AND person = %s AND started_at <= app_now()
          AND (ended_at IS NULL OR app_now() < ended_at) ORDER BY object
        """,
        (relative,),
    )
    return {row["object"]: frozenset(row["rights"]) for row in rows}


def holder_of(work: Work, kind: RoleKind, object: str) -> str | None:  # noqa: A002 - the contract's own word
    """Return the first person who holds that role now."""
    row = work.one(
        """
        SELECT person FROM roles WHERE kind = %s AND object = %s AND started_at <= app_now()
          AND (ended_at IS NULL OR app_now() < ended_at) ORDER BY started_at, person LIMIT 1
        """,
        (kind, object),
    )
    return row["person"] if row else None
