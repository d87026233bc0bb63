"""SQL of contact points, addressees and duty desks. Values come in and go out sealed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.work import Work
from notify_service.contact.domain import desks_above


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPoint:
    id: UUID
    channel: str
    value: bytes
    value_index: bytes
    rank: int
    quiet_hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where a message can go; None as id is the live feed, which needs no number."""

    owner: str
    channel: str
    id: UUID | None
    rank: int
    quiet_hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A sealed value with the wrapped key of its owner; no key: the owner was erased, or is a desk."""

    owner: str
    sealed: bytes
    wrapped: bytes | None


def put_addressee(work: Work, person: str, display_name: bytes, language: str) -> None:
    work.run(
        """INSERT INTO addressees (person, display_name, language) VALUES (%s, %s, %s)
           ON CONFLICT (person) DO UPDATE SET display_name = excluded.display_name, language = excluded.language,
               put_time = app_now()""",
        [person, display_name, language],
    )


def put_desk(work: Work, region: str, language: str) -> None:
    work.run(
        """INSERT INTO desks (region, language) VALUES (%s, %s)
           ON CONFLICT (region) DO UPDATE SET language = excluded.language, put_time = app_now()""",
        [region, language],
    )


def replace_points(work: Work, owner: str, points: Sequence[SealedPoint]) -> None:
    """Earlier points are retired, not removed: a running ladder still calls what it froze."""
    work.run("UPDATE contact_points SET retire_time = app_now() WHERE owner = %s AND retire_time IS NULL", [owner])
    for point in points:
        work.run(
            """INSERT INTO contact_points (id, owner, channel, value, value_index, rank, quiet_hours)
               VALUES (%s, %s, %s, %s, %s, %s, %s)""",
            [point.id, owner, point.channel, point.value, point.value_index, point.rank, point.quiet_hours],
        )


def erase(work: Work, person: str) -> None:
    work.run("DELETE FROM contact_points WHERE owner = %s", [person])
    work.run("DELETE FROM addressees WHERE person = %s", [person])


def points_of(work: Work, owners: Collection[str]) -> list[Point]:
    """What is in use now, in the order of the owners given, then by rank."""
    rows = work.all(
        """SELECT p.owner, p.channel, p.id, p.rank, p.quiet_hours
           FROM unnest(%s::text[]) WITH ORDINALITY AS o(owner, place)
           JOIN contact_points p ON p.owner = o.owner AND p.retire_time IS NULL
           ORDER BY o.place, p.channel, p.rank, p.put_time, p.id""",
        [list(owners)],
    )
    return [Point(**row) for row in rows]


def nearest_desk(work: Work, region: str) -> str | None:
    row = work.one(
        "SELECT region FROM desks WHERE region = ANY(%s) ORDER BY length(region) DESC LIMIT 1", [desks_above(region)]
    )
    return row["region"] if row else None


def sealed_values(work: Work, points: Collection[UUID]) -> dict[UUID, Sealed]:
    """By contact point; those of a person who was erased are absent."""
    if not points:
        return {}
    rows = work.all(
        """SELECT p.id, p.owner, p.value AS sealed, k.wrapped FROM contact_points p
           LEFT JOIN subject_keys k ON k.subject = p.owner WHERE p.id = ANY(%s)""",
        [list(points)],
    )
    return {row.pop("id"): Sealed(**row) for row in rows}


def sealed_names(work: Work, people: Collection[str]) -> list[Sealed]:
    if not people:
        return []
    rows = work.all(
        """SELECT a.person AS owner, a.display_name AS sealed, k.wrapped FROM addressees a
           LEFT JOIN subject_keys k ON k.subject = a.person WHERE a.person = ANY(%s)""",
        [list(people)],
    )
    return [Sealed(**row) for row in rows]


def note_successes(work: Work, points: Collection[UUID]) -> None:
    """Their rows are taken in one order by whoever notes several."""
    if points:
        work.run(
            """UPDATE contact_points SET last_success_time = app_now()
               FROM (SELECT id FROM contact_points WHERE id = ANY(%s) ORDER BY id FOR UPDATE) AS used
               WHERE contact_points.id = used.id""",
            [list(points)],
        )


def note_refusal(work: Work, point: UUID, reason: str) -> None:
    work.run(
        "UPDATE contact_points SET last_refusal_time = app_now(), last_refusal_reason = %s WHERE id = %s",
        [reason, point],
    )
