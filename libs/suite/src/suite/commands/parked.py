"""`eldercare parked`: what waits for a person, in every service."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import typer
from psycopg.rows import dict_row
from rich.console import Console

from suite.commands.attach import attached
from suite.journals import Journals

_TABLES = {"in": ("set_aside", "id"), "out": ("outbox", "position"), "timer": ("timers", "key")}
console = Console(highlight=False, soft_wrap=True)
_LISTED = """SELECT 'in' AS side, id, type, aggregate, reason, attempts, parked_at IS NOT NULL AS parked FROM set_aside
    UNION ALL SELECT 'out', o.position, e.type, o.aggregate, o.error, o.attempts, o.parked_at IS NOT NULL
    FROM outbox o JOIN events e ON e.id = o.event_id AND e.time = o.event_time WHERE o.attempts > 0
    UNION ALL SELECT 'timer', 0, kind, key, error, attempts, parked_at IS NOT NULL FROM timers WHERE attempts > 0
    ORDER BY 1, 2"""


def show_all(run_dir: Path) -> int:
    """Returns 0 when nothing waits, 1 otherwise."""
    with attached(run_dir) as (_, journals):
        rows = list(_rows(journals))
    for service, row in rows:
        state = "parked" if row["parked"] else "waits"
        item = f"{service}/{row['side']}/{row['aggregate'] if row['side'] == 'timer' else row['id']}"
        console.print(f"{item:<22} {state:<7} {row['type']} {row['aggregate']} {row['reason']} tries {row['attempts']}")
    console.print("nothing is set aside or parked" if not rows else f"{len(rows)} items")
    return 1 if rows else 0


def _rows(journals: Journals) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for service, store in journals.connections.items():
        for row in store.execute(_LISTED).fetchall():
            yield service, row


def show(run_dir: Path, item: str) -> int:
    """Prints one item whole; returns 2 when there is none."""
    service, table, key, number = _parts(item)
    with attached(run_dir) as (_, journals):
        sql = f"SELECT * FROM {table} WHERE {key} = %s"
        row = journals.connections[service].execute(sql.encode(), [number]).fetchone()
    if row is None:
        console.print(f"there is no {item}")
        return 2
    for column, value in row.items():
        console.print(f"{column:<12} {bytes(value).hex() if isinstance(value, bytes) else value}", markup=False)
    return 0


def replay(run_dir: Path, item: str) -> int:
    """Makes one item due now with a fresh count; the service's own retry or relay does it."""
    service, table, key, number = _parts(item)
    due = "due_at" if table == "timers" else "next_at"
    sql = f"UPDATE {table} SET parked_at = NULL, attempts = 0, {due} = app_now() WHERE {key} = %s"
    return _change(run_dir, service, (sql, [number]), said=f"{item} is tried again now")


def drop(run_dir: Path, item: str, reason: str) -> int:
    """Gives one item up; what it was and why goes to the log table."""
    service, table, key, number = _parts(item)
    sql = f"""WITH gone AS (DELETE FROM {table} t WHERE {key} = %s RETURNING to_jsonb(t) AS item)
              INSERT INTO given_up (item, reason) SELECT item, %s FROM gone"""
    return _change(run_dir, service, (sql, [number, reason]), said=f"{item} is given up")


def _parts(item: str) -> tuple[str, str, str, int | str]:
    """service, table, key column and key of `order/in/12`, `order/out/12` or `order/timer/<key>`."""
    service, _, rest = item.partition("/")
    side, _, key = rest.partition("/")
    if side not in _TABLES or not key or (side != "timer" and not key.isdigit()):
        raise typer.BadParameter(f"{item} is not an item as `parked list` names them")
    table, column = _TABLES[side]
    return service, table, column, key if side == "timer" else int(key)


def _change(run_dir: Path, service: str, statement: tuple[str, list[Any]], *, said: str) -> int:
    with attached(run_dir) as (state, _):
        operator = psycopg.connect(state.operators[service], autocommit=True, row_factory=dict_row)
    with operator as connection:
        changed = connection.execute(statement[0].encode(), statement[1]).rowcount
    console.print(said if changed else "there is no such item")
    return 0 if changed else 2
