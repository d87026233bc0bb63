"""Which sessions hold what others of this database wait for. A role sees of others no more than this: who, not what."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg

LOOK_S = 0.2
_BLOCKING: LiteralString = """
    SELECT DISTINCT holder.pid, holder.usename, holder.application_name
    FROM pg_stat_activity AS waiting CROSS JOIN unnest(pg_blocking_pids(waiting.pid)) AS blocking
    JOIN pg_stat_activity AS holder ON holder.pid = blocking
    WHERE waiting.datname = current_database() AND waiting.application_name = %s"""
_ADVISORY: LiteralString = """
    SELECT pid, usename, application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND (classid, objid, objsubid) = (0, %s, 1)
      AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


class Holders:
    """`seen`: who was in the way when somebody looked last and found anybody."""

    seen = ""


def of_advisory(connection: psycopg.Connection, key: int) -> str:
    return _told(connection.execute(_ADVISORY, [key]).fetchall())


@contextmanager
def in_the_way_of(url: str, application: str) -> Iterator[Holders]:
    """Looks on from a session of its own while those of that application work."""
    holders, over = Holders(), threading.Event()
    thread = threading.Thread(target=_look_on, args=(url, application, holders, over), name="lock holders", daemon=True)
    thread.start()
    try:
        yield holders
    finally:
        over.set()
        thread.join()


def _look_on(url: str, application: str, holders: Holders, over: threading.Event) -> None:
    """Whoever cannot look says nothing: the wait itself ends all the same."""
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            while not over.wait(LOOK_S):
                holders.seen = _told(connection.execute(_BLOCKING, [application]).fetchall()) or holders.seen
    except psycopg.Error:
        return


def _told(rows: Sequence[tuple[Any, ...]]) -> str:
    return ", ".join(f"session {pid} of {role} ({name or 'without a name'})" for pid, role, name in rows)
