"""SQL of raw frames: many rows, one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from psycopg.sql import SQL, Identifier

from chassis.work import Work


@dataclass(slots=True, kw_only=True)
class Frame:
    id: UUID
    device: UUID
    person: UUID | None
    receive_time: datetime
    session: UUID
    number: int
    decoder: str
    reason: str
    size: int
    correlation: UUID | None
    sealed: bytes


_COLUMNS = tuple(field.name for field in fields(Frame))
_ROW = attrgetter(*_COLUMNS)
_COPY = SQL("COPY frames ({}) FROM STDIN").format(SQL(", ").join(map(Identifier, _COLUMNS)))


def insert_frames(work: Work, frames: Sequence[Frame]) -> None:
    if not frames:
        return
    with work.connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for frame in frames:
            copy.write_row(_ROW(frame))


def is_stored(work: Work, device: UUID, session: UUID, number: int) -> bool:
    """Whether an earlier transaction got this frame in after all."""
    row = work.one(
        """SELECT 1 AS stored FROM frames WHERE device = %s AND session = %s AND number = %s
           AND receive_time > app_now() - interval '1 day'""",
        [device, session, number],
    )
    return row is not None
