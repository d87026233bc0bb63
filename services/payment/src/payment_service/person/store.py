"""This service's copy of persons, families and regions; whole states, the newest version wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyRole:
    """A person is family of an elder, from one moment until another."""

    elder: str
    rights: tuple[str, ...]
    start_time: datetime | None
    end_time: datetime | None


def put(work: Work, person: str, region: str, version: int, families: Sequence[FamilyRole]) -> None:
    newer = work.run(
        """INSERT INTO known_persons AS k (name, region, version) VALUES (%s, %s, %s)
           ON CONFLICT (name) DO UPDATE SET region = excluded.region, version = excluded.version
           WHERE k.version < excluded.version AND NOT k.erased""",
        [person, region, version],
    )
    if newer:
        _replace_families(work, person, families)


def erase(work: Work, person: str, version: int) -> None:
    """The row stays as a tombstone, so an older state sent again does not bring the person back."""
    work.run(
        """INSERT INTO known_persons (name, region, version, erased) VALUES (%s, '', %s, true)
           ON CONFLICT (name) DO UPDATE SET region = '', version = excluded.version, erased = true""",
        [person, version],
    )
    work.run("DELETE FROM known_families WHERE family = %s OR elder = %s", [person, person])


def region_of(work: Work, person: str) -> str | None:
    row = work.one("SELECT region FROM known_persons WHERE name = %s AND NOT erased", [person])
    return row["region"] if row else None


def family_of(work: Work, elder: str) -> dict[str, frozenset[str]]:
    """Family members of this moment, with their rights."""
    rows = work.all(
        """SELECT family, rights FROM known_families WHERE elder = %s
           AND coalesce(start_time <= app_now(), true) AND coalesce(end_time > app_now(), true)""",
        [elder],
    )
    return {row["family"]: frozenset(row["rights"]) for row in rows}


def put_region(work: Work, region: str, time_zone: str, version: int) -> None:
    work.run(
        """INSERT INTO known_regions AS k (name, time_zone, version) VALUES (%s, %s, %s)
           ON CONFLICT (name) DO UPDATE SET time_zone = excluded.time_zone, version = excluded.version
           WHERE k.version < excluded.version""",
        [region, time_zone, version],
    )


def time_zone_of(work: Work, region: str) -> str | None:
    """The civil zone of a region, or of the nearest one above it that is known."""
    row = work.one(
        """SELECT time_zone FROM known_regions WHERE %s = name OR starts_with(%s, name || '/')
           ORDER BY length(name) DESC LIMIT 1""",
        [region, region],
    )
    return row["time_zone"] if row else None


def _replace_families(work: Work, person: str, families: Sequence[FamilyRole]) -> None:
    work.run("DELETE FROM known_families WHERE family = %s", [person])
    for role in families:
        work.run(
            """INSERT INTO known_families (family, elder, rights, start_time, end_time) VALUES (%s, %s, %s, %s, %s)""",
            [person, role.elder, list(role.rights), role.start_time, role.end_time],
        )
