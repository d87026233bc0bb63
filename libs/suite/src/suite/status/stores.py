"""A service's database: what waits in it, since when, and which relay is at work."""

from dataclasses import dataclass, field

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow, dict_row

from chassis.relay import LOCK
from chassis.upkeep import WAITING_ROWS

PATIENCE_S = 3
_RELAYS = """SELECT a.application_name || ' (' || a.pid || ')' AS who, l.granted FROM pg_locks l
    JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.objid = %s AND a.datname = current_database() ORDER BY a.pid"""
_TIMERS = "SELECT count(*) AS pending, count(*) FILTER (WHERE due_at <= app_now()) AS due FROM timers"
_INCIDENTS = """SELECT count(*) AS open, count(*) FILTER (WHERE responsible = '' OR deadline_time IS NULL) AS unowned,
    count(*) FILTER (WHERE deadline_time < app_now()) AS overdue FROM incidents WHERE state = 'open'"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many rows, and the age of the oldest in seconds."""

    rows: int
    oldest_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStatus:
    """`relay` holds the lock and publishes; `relays_waiting` would take over. `away` says why there is nothing else."""

    service: str
    away: str = ""
    waiting: dict[str, Waiting] = field(default_factory=dict)
    timers: dict[str, int] = field(default_factory=dict)
    incidents: dict[str, int] = field(default_factory=dict)
    relay: str = ""
    relays_waiting: int = 0


def store_status(service: str, auditor_url: str) -> StoreStatus:
    """Never raises: a database that does not answer is told as away."""
    try:
        with psycopg.connect(
            auditor_url,
            autocommit=True,
            row_factory=dict_row,
            connect_timeout=PATIENCE_S,
            options=f"-c statement_timeout={PATIENCE_S}s",
        ) as connection:
            return _read(service, connection)
    except psycopg.Error as away:
        return StoreStatus(service=service, away=f"{service}: the database cannot be read ({type(away).__name__})")


def _read(service: str, connection: Connection[DictRow]) -> StoreStatus:
    relays = connection.execute(_RELAYS, [LOCK]).fetchall()
    active = [row["who"] for row in relays if row["granted"]]
    return StoreStatus(
        service=service,
        waiting={
            row["place"]: Waiting(rows=row["n"], oldest_s=round(float(row["oldest_s"]), 1))
            for row in connection.execute(WAITING_ROWS.encode()).fetchall()
        },
        timers=_counts(connection, _TIMERS),
        incidents=_counts(connection, _INCIDENTS) if service == "order" else {},
        relay=active[0] if active else "",
        relays_waiting=len(relays) - len(active),
    )


def _counts(connection: Connection[DictRow], sql: str) -> dict[str, int]:
    return dict(connection.execute(sql.encode()).fetchone() or {})
