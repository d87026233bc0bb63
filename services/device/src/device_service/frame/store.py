"""SQL of raw frames: many rows, one statement."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from uuid import UUID

from chassis.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    id: UUID
    device: UUID
    person: UUID | None
    receive_time: datetime
    session: UUID
    decoder: str
    reason: str
    size: int
    correlation: UUID | None
    sealed: bytes


def insert_frames(work: Work, frames: Sequence[Frame]) -> None:
    if not frames:
        return
    columns = zip(*map(astuple, frames), strict=True)
    work.run(
        """INSERT INTO frames
               (id, device, person, receive_time, session, decoder, reason, size, correlation, sealed)
           SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::uuid[], %s::text[],
                                %s::text[], %s::int[], %s::uuid[], %s::bytea[])""",
        [list(column) for column in columns],
    )


def is_stored(work: Work, device: UUID, frame: UUID) -> bool:
    """Whether an earlier transaction got this frame in after all."""
    row = work.one(
        "SELECT FROM frames WHERE device = %s AND id = %s AND receive_time > app_now() - interval '1 day'",
        [device, frame],
    )
    return row is not None
