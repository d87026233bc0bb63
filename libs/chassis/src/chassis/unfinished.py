"""Indexes whose building was interrupted: they stay behind, invalid, and would pass for the real one."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import LiteralString

from psycopg import Connection, sql

OUTSIDE = re.compile(r"^-- migrate:up\b.*\btransaction:false\b", re.MULTILINE)
CONCURRENT = re.compile(r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+IF\s+NOT\s+EXISTS\s+(\w+)", re.IGNORECASE)
_INVALID: LiteralString = """SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE NOT i.indisvalid AND c.relname = ANY(%s) AND pg_table_is_visible(c.oid)"""


def drop_unfinished(connection: Connection, migrations: Sequence[Path]) -> None:
    """Of the indexes these migrations build outside a transaction, those of an earlier try. Waits for one at work."""
    wanted = [name for path in migrations for name in _built_by(path.read_text())]
    for (name,) in connection.execute(_INVALID, [wanted]).fetchall():
        connection.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name)))


def is_outside(migration: Path) -> bool:
    """Whether it stands outside a transaction."""
    return OUTSIDE.search(migration.read_text()) is not None


def _built_by(migration: str) -> Iterator[str]:
    if OUTSIDE.search(migration):
        yield from CONCURRENT.findall(migration)
