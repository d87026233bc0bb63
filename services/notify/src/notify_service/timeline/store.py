"""SQL of the timeline and of what belongs to which incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from chassis.work import Work

BELL = "timeline"
_WRITE = b"""INSERT INTO timeline (source, incident, order_name, type, fact_time, params, region, correlation)
             SELECT l.source, l.incident, l.order_name, l.type, l.fact_time, l.params, l.region, l.correlation
             FROM jsonb_to_recordset(%s) AS l(source text, incident text, order_name text, type text,
                 fact_time timestamptz, params jsonb, region text, correlation text)
             ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line before it has a number. `source` makes it unique: the event it comes from."""

    source: str
    type: str
    params: Mapping[str, str]
    region: str
    correlation: str
    time: datetime
    incident: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    id: int
    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What is known of an alarm or an order; empty means: not yet."""

    noun: str
    incident: str = ""
    person: str = ""
    region: str = ""
    number: str = ""
    worker: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    fact_time: datetime | None = None
    end_time: datetime | None = None


def write(work: Work, *lines: Line) -> None:
    """Those that are there already stay as they are."""
    for line in lines:
        work.together(_write, line)
        work.rings.add(BELL)


def _write(connection: Connection[DictRow], lines: Sequence[Line]) -> None:
    """In the order of their sources, so that two writers of the same ones never wait for each other."""
    connection.execute(_WRITE, [Jsonb([_row(line) for line in sorted(lines, key=attrgetter("source"))])])


def _row(line: Line) -> dict[str, Any]:
    return {
        "source": line.source,
        "incident": line.incident,
        "order_name": line.order,
        "type": line.type,
        "fact_time": line.time.isoformat(),
        "params": dict(line.params),
        "region": line.region,
        "correlation": line.correlation,
    }


def of_incident(work: Work, incident: str, after: int, limit: int) -> list[Entry]:
    rows = work.all(
        "SELECT * FROM timeline WHERE incident = %s AND id > %s ORDER BY id LIMIT %s", [incident, after, limit]
    )
    return _entries(rows)


def of_region(work: Work, region: str, after: int, limit: int) -> list[Entry]:
    rows = work.all(
        """SELECT * FROM timeline WHERE (region = %s OR starts_with(region, %s || '/')) AND id > %s
           ORDER BY id LIMIT %s""",
        [region, region, after, limit],
    )
    return _entries(rows)


def of_all(work: Work, after: int, limit: int) -> list[Entry]:
    return _entries(work.all("SELECT * FROM timeline WHERE id > %s ORDER BY id LIMIT %s", [after, limit]))


def claim_numbering(work: Work) -> bool:
    """Whether this session is now the one that numbers lines; it stays so until it ends."""
    row = work.one("SELECT pg_try_advisory_lock(hashtext('timeline_numbering')) AS ours")
    return bool(row and row["ours"])


def number(work: Work) -> None:
    """Gives ids to the lines that were committed without one."""
    work.run("SELECT number_lines()")


def last_id(work: Work) -> int:
    row = work.one("SELECT coalesce(max(id), 0) AS id FROM timeline")
    return int(row["id"]) if row else 0


def put_thread(work: Work, thread: Thread) -> Thread:
    """Adds what is new to what is known of the noun; returns both."""
    rows = work.all(
        """INSERT INTO threads AS t (noun, incident, person, region, number, worker, params, fact_time)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
           ON CONFLICT (noun) DO UPDATE SET
               incident = coalesce(nullif(excluded.incident, ''), t.incident),
               person = coalesce(nullif(excluded.person, ''), t.person),
               region = coalesce(nullif(excluded.region, ''), t.region),
               number = coalesce(nullif(excluded.number, ''), t.number),
               worker = coalesce(nullif(excluded.worker, ''), t.worker),
               params = t.params || excluded.params,
               fact_time = coalesce(excluded.fact_time, t.fact_time)
           RETURNING *""",
        [
            thread.noun,
            thread.incident,
            thread.person,
            thread.region,
            thread.number,
            thread.worker,
            Jsonb(dict(thread.params)),
            thread.fact_time,
        ],
    )
    return Thread(**rows[0])


def thread_of(work: Work, noun: str) -> Thread:
    row = work.one("SELECT * FROM threads WHERE noun = %s", [noun])
    return Thread(**row) if row else Thread(noun=noun)


def put_offered(work: Work, order: str, workers: Sequence[str]) -> None:
    work.run(
        """INSERT INTO offered_workers (noun, worker) SELECT %s, w FROM unnest(%s::text[]) AS w
           ON CONFLICT DO NOTHING""",
        [order, list(workers)],
    )


def end_offers(work: Work, order: str, workers: Sequence[str]) -> None:
    """They have no part in it any more, even when the offer itself is told later."""
    work.run(
        """INSERT INTO offered_workers (noun, worker, end_time) SELECT %s, w, app_now() FROM unnest(%s::text[]) AS w
           ON CONFLICT (noun, worker) DO UPDATE SET end_time = excluded.end_time""",
        [order, list(workers)],
    )


def end_order(work: Work, order: str) -> None:
    """Nobody comes for it: neither who had it nor who was asked has a part in it any more."""
    work.run(
        """INSERT INTO threads (noun, end_time) VALUES (%s, app_now())
           ON CONFLICT (noun) DO UPDATE SET end_time = excluded.end_time""",
        [order],
    )


def workers_of_incident(work: Work, incident: str) -> frozenset[str]:
    """Who has an order of it, or is being asked to take one."""
    rows = work.all(
        """SELECT o.worker FROM threads t JOIN offered_workers o USING (noun)
           WHERE t.incident = %s AND t.end_time IS NULL AND o.end_time IS NULL
           UNION SELECT worker FROM threads WHERE incident = %s AND worker <> '' AND end_time IS NULL""",
        [incident, incident],
    )
    return frozenset(row["worker"] for row in rows)


def _entries(rows: Sequence[Mapping[str, Any]]) -> list[Entry]:
    return [
        Entry(
            id=row["id"],
            line=Line(
                source=row["source"],
                type=row["type"],
                params=row["params"],
                region=row["region"],
                correlation=row["correlation"],
                time=row["fact_time"],
                incident=row["incident"],
                order=row["order_name"],
            ),
        )
        for row in rows
    ]
