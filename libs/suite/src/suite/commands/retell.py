"""`eldercare events retell`: facts of the last minutes leave their services once more."""

from pathlib import Path

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from rich.console import Console

from chassis.envelope import event_rule
from chassis.journal import decode
from suite.commands.attach import attached

SINCE = "time > app_now() - make_interval(mins => %s)"


def run(run_dir: Path, minutes: int) -> int:
    """Returns 0. Whoever has handled a fact before finds its claim and does nothing: told twice is harmless."""
    console = Console(highlight=False)
    with attached(run_dir) as (state, _):
        operators = state.operators
    for service, url in operators.items():
        with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
            told = _retell(connection, minutes)
            connection.execute("NOTIFY outbox")
        console.print(f"{service}: {told} facts of the last {minutes} minutes are told again")
    return 0


def _retell(connection: Connection[DictRow], minutes: int) -> int:
    rows = connection.execute(f"SELECT DISTINCT type FROM events WHERE {SINCE}".encode(), [minutes]).fetchall()
    leaving = [row["type"] for row in rows if not event_rule(type(decode(row["type"], b""))).journal_only]
    again = f"""INSERT INTO outbox (event_id, event_time, aggregate)
        SELECT id, time, aggregate FROM events e WHERE {SINCE} AND type = ANY(%s)
        AND NOT EXISTS (SELECT FROM outbox o WHERE o.event_id = e.id) ORDER BY position"""
    return connection.execute(again.encode(), [minutes, leaving]).rowcount
