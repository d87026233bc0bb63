"""SQL of the own copy of people: regions, languages and dated roles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from psycopg.types.json import Jsonb

from chassis.work import Work
from notify_service.contact.domain import desks_above

DEFAULT_ZONE = "Asia/Shanghai"
DEFAULT_LANGUAGE = "zh-CN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    kind: str
    object: str
    start_time: datetime
    end_time: datetime | None
    rights: tuple[str, ...]


def put_person(work: Work, person: str, region: str, language: str, version: int) -> bool:
    """False when a newer state is known already, or the person was erased."""
    changed = work.run(
        """INSERT INTO people_known AS k (person, region, language, version) VALUES (%s, %s, %s, %s)
           ON CONFLICT (person) DO UPDATE SET region = excluded.region, language = excluded.language,
               version = excluded.version
           WHERE k.version < excluded.version AND NOT k.is_erased""",
        [person, region, language or DEFAULT_LANGUAGE, version],
    )
    return changed == 1


def put_relations(work: Work, person: str, relations: Sequence[Relation]) -> None:
    work.run("DELETE FROM relations WHERE person = %s", [person])
    rows = [
        {
            "kind": relation.kind,
            "object": relation.object,
            "start_time": relation.start_time.isoformat(),
            "end_time": relation.end_time.isoformat() if relation.end_time else None,
            "rights": list(relation.rights),
        }
        for relation in relations
    ]
    work.run(
        """INSERT INTO relations (person, kind, object, start_time, end_time, rights)
           SELECT %s, kind, object, start_time, end_time, rights FROM jsonb_to_recordset(%s)
               AS r(kind text, object text, start_time timestamptz, end_time timestamptz, rights text[])""",
        [person, Jsonb(rows)],
    )


def erase_person(work: Work, person: str) -> None:
    work.run(
        """INSERT INTO people_known (person, region, language, version, is_erased) VALUES (%s, '', '', 0, true)
           ON CONFLICT (person) DO UPDATE SET is_erased = true""",
        [person],
    )
    work.run("DELETE FROM relations WHERE person = %s OR object = %s", [person, person])


def put_region(work: Work, region: str, time_zone: str, version: int) -> None:
    work.run(
        """INSERT INTO regions_known AS k (region, time_zone, version) VALUES (%s, %s, %s)
           ON CONFLICT (region) DO UPDATE SET time_zone = excluded.time_zone, version = excluded.version
           WHERE k.version < excluded.version""",
        [region, time_zone, version],
    )


def family_of(work: Work, elder: str) -> list[str]:
    """Who is family now: the one who represents the elder first, then the longest tie."""
    rows = work.all(
        """SELECT person FROM relations
           WHERE object = %s AND kind = 'family' AND start_time <= app_now()
             AND (end_time IS NULL OR end_time > app_now())
           GROUP BY person ORDER BY bool_or('represent' = ANY(rights)) DESC, min(start_time), person""",
        [elder],
    )
    return [row["person"] for row in rows]


def region_of(work: Work, person: str) -> str | None:
    row = work.one("SELECT region FROM people_known WHERE person = %s AND NOT is_erased", [person])
    return row["region"] if row else None


def languages_of(work: Work, recipients: Collection[str]) -> dict[str, str]:
    """What each addressee asked for, else what people knows; a desk has its own."""
    rows = work.all(
        """SELECT w.who, coalesce((SELECT language FROM addressees WHERE person = w.who),
               (SELECT language FROM people_known WHERE person = w.who),
               (SELECT language FROM desks WHERE region = w.who), '') AS language
           FROM unnest(%s::text[]) AS w(who)""",
        [list(recipients)],
    )
    return {row["who"]: row["language"] or DEFAULT_LANGUAGE for row in rows}


def zone_of(work: Work, region: str) -> ZoneInfo:
    """The civil zone of a region: its own or that of the nearest region above it."""
    row = work.one(
        "SELECT time_zone FROM regions_known WHERE region = ANY(%s) ORDER BY length(region) DESC LIMIT 1",
        [desks_above(region)],
    )
    try:
        return ZoneInfo(row["time_zone"] if row else DEFAULT_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(DEFAULT_ZONE)


def family_with(work: Work, elder: str, right: str) -> list[str]:
    """The family members who were given a right; when nobody was, all of them."""
    rows = work.all(
        """SELECT DISTINCT person FROM relations
           WHERE object = %s AND kind = 'family' AND %s = ANY(rights) AND start_time <= app_now()
             AND (end_time IS NULL OR end_time > app_now())""",
        [elder, right],
    )
    entitled = {row["person"] for row in rows}
    family = family_of(work, elder)
    return [who for who in family if who in entitled] or family


def still_working(work: Work, workers: Collection[str]) -> frozenset[str]:
    """Without those who are known to work no more; who is not known yet was asked by order, which knows them."""
    rows = work.all(
        """SELECT k.person FROM people_known k WHERE k.person = ANY(%s) AND NOT EXISTS (
               SELECT FROM relations r WHERE r.person = k.person AND r.kind IN ('worker', 'volunteer')
               AND r.start_time <= app_now() AND (r.end_time IS NULL OR r.end_time > app_now()))""",
        [list(workers)],
    )
    return frozenset(workers) - {row["person"] for row in rows}
