"""Persons as people told them, and who is family of whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    region: str
    home_cell: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyOf:
    """The person is family of this elder, from one moment until another."""

    elder: str
    start_time: datetime | None
    end_time: datetime | None


def save_person(work: Work, person: Person) -> bool:
    """False when a later version is already known: facts of one person may be told again."""
    return bool(
        work.run(
            """INSERT INTO persons AS p (name, region, home_cell, version) VALUES (%s, %s, %s, %s)
               ON CONFLICT (name) DO UPDATE SET region = excluded.region, home_cell = excluded.home_cell,
                   version = excluded.version WHERE p.version < excluded.version AND NOT p.erased""",
            [person.name, person.region, person.home_cell, person.version],
        )
    )


def save_family(work: Work, member: str, families: Sequence[FamilyOf]) -> None:
    work.run("DELETE FROM family WHERE member = %s", [member])
    for of in families:
        work.run(
            "INSERT INTO family (member, elder, start_time, end_time) VALUES (%s, %s, %s, %s)",
            [member, of.elder, of.start_time, of.end_time],
        )


def erase_person(work: Work, name: str, version: int) -> None:
    work.run(
        """INSERT INTO persons AS p (name, region, home_cell, version, erased) VALUES (%s, '', '', %s, true)
           ON CONFLICT (name) DO UPDATE SET region = '', home_cell = '', erased = true,
               version = greatest(p.version, excluded.version)""",
        [name, version],
    )
    work.run("DELETE FROM family WHERE member = %s OR elder = %s", [name, name])


def find_person(work: Work, name: str) -> Person | None:
    row = work.one("SELECT name, region, home_cell, version FROM persons WHERE name = %s AND NOT erased", [name])
    return Person(**row) if row else None


def hold_person(work: Work, name: str) -> Person | None:
    """Keeps the person from being erased or moved until this transaction ends."""
    work.run("SELECT FROM persons WHERE name = %s FOR SHARE", [name])
    return find_person(work, name)


def family_of(work: Work, elder: str) -> frozenset[str]:
    rows = work.all(
        """SELECT member FROM family WHERE elder = %s AND (start_time IS NULL OR start_time <= app_now())
           AND (end_time IS NULL OR end_time > app_now())""",
        [elder],
    )
    return frozenset(row["member"] for row in rows)
