"""SQL of exports made in the background."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from chassis.work import Work
from device_service.scope import Scope


@dataclass(slots=True, kw_only=True)
class Export:
    """`progress`: by part (`order/incidents`), how far it is written."""

    name: str
    subject: str
    vendor: str
    person: str
    region: str
    selection: Mapping[str, str]
    until_time: datetime
    state: str = "running"
    progress: dict[str, Any] = field(default_factory=dict)
    steps: int = 0
    reason: str = ""
    create_time: datetime
    end_time: datetime | None = None

    @property
    def line_count(self) -> int:
        return sum(each["tally"]["count"] for each in self.progress.values())

    @property
    def done_types(self) -> list[str]:
        return [part.rpartition("/")[2] for part, each in self.progress.items() if each["is_done"]]


def add_export(work: Work, export: Export) -> None:
    work.run(
        """INSERT INTO exports (name, subject, vendor, person, region, selection, until_time, state, create_time)
           VALUES (%s, %s, %s, %s, %s, %s, %s, 'running', %s)""",
        [
            export.name,
            export.subject,
            export.vendor,
            export.person,
            export.region,
            Jsonb(dict(export.selection)),
            export.until_time,
            export.create_time,
        ],
    )


def find_export(work: Work, name: str, *, lock: bool = False) -> Export | None:
    if lock:
        work.run("SELECT FROM exports WHERE name = %s FOR UPDATE", [name])
    row = work.one("SELECT * FROM exports WHERE name = %s", [name])
    return Export(**row) if row else None


def list_exports(work: Work, scopes: Sequence[Scope], *, of: str, after: str, limit: int) -> list[Export]:
    """Those of some regions, newest first: names begin with their time. `of`: only what was made of this subject."""
    rows = work.all(
        """SELECT * FROM exports
           WHERE (region = ANY(%(regions)s) OR region LIKE ANY(%(below)s)) AND (%(of)s = '' OR subject = %(of)s)
               AND (%(after)s = '' OR name < %(after)s) ORDER BY name DESC LIMIT %(limit)s""",
        {
            "regions": [each.region for each in scopes],
            "below": [each.below for each in scopes],
            "of": of,
            "after": after,
            "limit": limit,
        },
    )
    return [Export(**row) for row in rows]


def list_own_exports(work: Work, person: str, *, after: str, limit: int) -> list[Export]:
    """What somebody asked for of themselves, newest first."""
    rows = work.all(
        """SELECT * FROM exports WHERE person = %s AND (%s = '' OR name < %s) ORDER BY name DESC LIMIT %s""",
        [person, after, after, limit],
    )
    return [Export(**row) for row in rows]


def names_about(work: Work, person: str) -> list[str]:
    """Exports with files that may hold something of the person."""
    rows = work.all(
        """SELECT name FROM exports WHERE state IN ('running', 'done')
               AND (subject = %s OR NOT starts_with(subject, 'persons/')) ORDER BY name""",
        [person],
    )
    return [row["name"] for row in rows]


def save_export(work: Work, export: Export) -> None:
    work.run(
        """UPDATE exports SET state = %s, progress = %s, steps = %s, reason = %s, end_time = %s WHERE name = %s""",
        [export.state, Jsonb(export.progress), export.steps, export.reason, export.end_time, export.name],
    )
