"""SQL of observations: written in bulk with their frame, read newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.sql import SQL, Identifier

from chassis.work import Work


@dataclass(slots=True, kw_only=True)
class Observation:
    """`components` is JSON text; a panel has components and no value."""

    id: UUID
    device: UUID
    person: UUID | None
    frame: UUID
    receive_time: datetime
    event_time: datetime
    code: str
    value: float | None
    unit: str
    components: str | None
    method: str
    quality: str
    doubts: str
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One observation as it is read back."""

    name: str
    device: str
    person: str
    code: str
    value: float | None
    unit: str
    components: Sequence[Mapping[str, Any]]
    method: str
    quality: str
    archived: bool
    event_time: datetime
    receive_time: datetime


_COLUMNS = tuple(field.name for field in fields(Observation))
_ROW = attrgetter(*_COLUMNS)
_COPY = SQL("COPY observations ({}) FROM STDIN").format(SQL(", ").join(map(Identifier, _COLUMNS)))


def insert_observations(work: Work, observations: Sequence[Observation]) -> None:
    if not observations:
        return
    with work.connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for observation in observations:
            copy.write_row(_ROW(observation))


def list_observations(work: Work, person: UUID, *, before: tuple[datetime, UUID] | None, limit: int) -> list[Read]:
    """Newest first by the moment we received them: a watch's own clock may say 1970."""
    moment, last = before or (None, None)
    rows = work.all(
        """SELECT * FROM observations WHERE person = %(person)s
           AND (%(moment)s::timestamptz IS NULL OR (receive_time, id) < (%(moment)s, %(last)s::uuid))
           ORDER BY receive_time DESC, id DESC LIMIT %(limit)s""",
        {"person": person, "moment": moment, "last": last, "limit": limit},
    )
    return [_read(row) for row in rows]


def _read(row: DictRow) -> Read:
    return Read(
        name=f"observations/{row['id']}",
        device=f"devices/{row['device']}",
        person=f"persons/{row['person']}",
        code=row["code"],
        value=row["value"],
        unit=row["unit"],
        components=row["components"] or (),
        method=row["method"],
        quality=row["quality"],
        archived=row["archived"],
        event_time=row["event_time"],
        receive_time=row["receive_time"],
    )
