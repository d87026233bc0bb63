"""SQL of sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.work import Work
from people_service.session.lasting import LONGEST_SESSION, EndReason, Means, Session

_COLUMNS = "id, person, means, started_at, used_at, generation, token_hash, traded_by, ended_at"
MOST_LISTED = 100


def add(work: Work, session: Session) -> None:
    work.run(
        """INSERT INTO sessions (id, person, means, started_at, used_at, generation, token_hash)
           VALUES (%s, %s, %s, %s, %s, %s, %s)""",
        (
            session.id,
            session.person,
            session.means,
            session.started_at,
            session.used_at,
            session.generation,
            session.token_hash,
        ),
    )


def load(work: Work, session: UUID) -> Session | None:
    """Locked until the transaction ends: of two that trade one token at once the second finds it traded."""
    row = work.one(f"SELECT {_COLUMNS} FROM sessions WHERE id = %s FOR UPDATE", (session,))  # noqa: S608
    return _session(row) if row else None


def open_of(work: Work, person: str) -> list[Session]:
    """The latest first."""
    rows = work.all(
        f"""SELECT {_COLUMNS} FROM sessions WHERE person = %s AND ended_at IS NULL
            ORDER BY started_at DESC, id LIMIT {MOST_LISTED}""",  # noqa: S608
        (person,),
    )
    return [_session(row) for row in rows]


def current(work: Work, person: str, name: str) -> Session | None:
    """The session of that name (`sessions/…`), if it is the person's."""
    row = work.one(
        f"SELECT {_COLUMNS} FROM sessions WHERE person = %s AND id::text = %s",  # noqa: S608
        (person, name.partition("/")[2]),
    )
    return _session(row) if row else None


def trade(work: Work, session: Session, *, token_hash: bytes, request_id: UUID) -> None:
    work.run(
        """UPDATE sessions SET generation = generation + 1, token_hash = %s, traded_by = %s, used_at = %s
           WHERE id = %s""",
        (token_hash, request_id, work.now, session.id),
    )


def end(work: Work, session: UUID, reason: EndReason) -> None:
    work.run(
        "UPDATE sessions SET ended_at = app_now(), end_reason = %s WHERE id = %s AND ended_at IS NULL",
        (reason, session),
    )


def end_all(work: Work, person: str, reason: EndReason, *, but: str = "") -> int:
    """`but`: the name of the one that goes on. Returns how many were open."""
    return work.run(
        """UPDATE sessions SET ended_at = app_now(), end_reason = %s
           WHERE person = %s AND ended_at IS NULL AND id::text <> %s""",
        (reason, person, but.partition("/")[2]),
    )


def drop_old(work: Work, limit: int = 1_000) -> int:
    """Remove sessions that nothing could renew any more, some at a time."""
    return work.run(
        """DELETE FROM sessions WHERE id IN (
               SELECT id FROM sessions WHERE used_at <= %s ORDER BY used_at LIMIT %s FOR UPDATE SKIP LOCKED)""",
        (work.now - LONGEST_SESSION, limit),
    )


def _session(row: Mapping[str, Any]) -> Session:
    return Session(
        id=row["id"],
        person=row["person"],
        means=Means(row["means"]),
        started_at=row["started_at"],
        used_at=row["used_at"],
        generation=row["generation"],
        token_hash=bytes(row["token_hash"]),
        traded_by=row["traded_by"],
        ended_at=row["ended_at"],
    )
