"""One service's database in memory: its real migrations and its real statements, one transaction at a time."""

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import psycopg

import chassis
from chassis.migrate import migrations_of
from tests.simulation import dialect, functions
from tests.simulation.found import Found, Row
from tests.simulation.values import prepare, stored

_ERRORS = {
    "UNIQUE": psycopg.errors.UniqueViolation,
    "CHECK": psycopg.errors.CheckViolation,
    "FOREIGN": psycopg.errors.ForeignKeyViolation,
    "NOT": psycopg.errors.NotNullViolation,
}


class Untold(BaseException):
    """The translation does not know a word of this statement: the simulation is to be taught, not the product."""


class Memory:
    """The tables; `now` tells the simulated time in microseconds."""

    def __init__(self, service: str, now: Callable[[], int]) -> None:
        self.service, self.now = service, now
        self.touched: set[str] = set()  # tables written since somebody looked
        self._names: dict[str, list[str]] = {}  # of a statement's columns
        self.serial = 0
        self.asking: Session | None = None  # whose statement runs
        self.relay: Session | None = None  # who holds the relay's lock
        types = sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES
        self.db = sqlite3.connect(":memory:", isolation_level=None, detect_types=types, cached_statements=512)
        self.db.create_function("app_now", 0, now, deterministic=True)
        prepare(self.db)
        for folder in (Path(chassis.__path__[0]) / "migrations", migrations_of(service)):
            for file in sorted(folder.glob("*.sql")):
                for sql in dialect.schema(file.read_text()):
                    self._define(sql)
        for sql in functions.TRIGGERS.get(service, ()):
            self._define(sql)

    def _define(self, sql: str) -> None:
        try:
            self.db.execute(sql)
        except sqlite3.Error as unknown:
            raise Untold(f"{unknown}: {sql}") from unknown

    def remember(self) -> None:
        """What there is now is what every timeline begins with."""
        self.db.execute("SAVEPOINT beginning")
        self._serial = self.serial

    def forget(self) -> None:
        self.db.execute("ROLLBACK TO beginning")
        self.serial, self.relay = self._serial, None
        self.touched.clear()

    def run(self, known: "Known", params: Any = None) -> Found:
        if known.writes:
            self.touched |= known.writes
        try:
            return known.told(self, known.text, params) if known.told else self.plain(known.sql, params)
        except sqlite3.IntegrityError as broken:
            kind = _ERRORS.get(str(broken).split(" ", 1)[0], psycopg.errors.IntegrityConstraintViolation)
            raise kind(str(broken)) from broken
        except sqlite3.Error as unknown:
            raise Untold(f"{unknown}: {known.sql}") from unknown

    def plain(self, sql: str, params: Any = None) -> Found:
        """A statement in SQLite's own words."""
        cursor = self.db.execute(sql, stored(params))
        names = self._names.get(sql)
        if names is None:
            names = self._names[sql] = [column[0] for column in cursor.description or ()]
        if not names:
            return Found([], cursor.rowcount)
        rows = [dict(zip(names, row)) for row in cursor]  # noqa: B905 - as many names as values
        return Found(rows, cursor.rowcount if cursor.rowcount >= 0 else len(rows))

    def ask(self, sql: str, *params: Any) -> list[Row]:
        """For those who watch: reads in SQLite's own words."""
        return self.plain(sql, params).rows


_WRITES = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")


class Known:
    """What is to be known of a statement, found out when it comes for the first time."""

    __slots__ = ("is_bell", "only_reads", "sql", "text", "told", "writes")

    def __init__(self, text: str) -> None:
        self.text, self.sql, self.told = text, dialect.statement(text), functions.find(text)
        self.is_bell = text.startswith("SELECT pg_notify(")
        found = _WRITES.findall(text)
        self.writes = frozenset([*found, "outbox"] if "append_event" in text else found)
        # Nothing of it would have to be undone.
        self.only_reads = text.lstrip().startswith("SELECT") and self.told is None and not self.writes


@cache
def _known(sql: str | bytes) -> Known:
    return Known(sql if isinstance(sql, str) else sql.decode())


class Host(Protocol):
    """Who decides what befalls a session."""

    def between(self, session: "Session", point: str) -> None:
        """No transaction is open: others may go first, the process may die, the connection may be lost."""

    def within(self, session: "Session") -> None:
        """In a transaction, which nobody sees yet."""

    def committed(self, session: "Session") -> None: ...


class Session:
    """A connection as the product sees it."""

    def __init__(self, memory: Memory, host: Host, name: str) -> None:
        self.memory, self.host, self.name = memory, host, name
        self.closed = False
        self.depth = 0
        self.saved = 0  # of so many blocks the beginning is kept: those in which something was written
        self.failed = False
        self.handled: list[tuple[str, str, int]] = []

    def execute(self, sql: str | bytes, params: Sequence[Any] | Mapping[str, Any] | None = None) -> Found:
        if self.closed:
            raise psycopg.OperationalError("the connection is closed")
        known = _known(sql)
        if known.is_bell:
            return Found([], 0)
        if self.depth:
            return self._within(known, params)
        with self.transaction():
            return self._within(known, params)

    def _within(self, known: Known, params: Any) -> Found:
        if self.failed:
            raise psycopg.errors.InFailedSqlTransaction("an earlier statement failed")
        try:
            self.host.within(self)
            self.memory.asking = self
            if not known.only_reads:
                self._save()
            return self.memory.run(known, params)
        except psycopg.Error:
            self.failed = True
            raise

    def _save(self) -> None:
        while self.saved < self.depth:
            self.saved += 1
            self.memory.db.execute(f"SAVEPOINT t{self.saved}")

    def may_commit(self) -> None:
        """The commit itself may fail, or the process die in it."""
        if self.failed:
            raise psycopg.errors.InFailedSqlTransaction("an earlier statement failed")
        if self.depth == 1:
            self.host.within(self)

    def transaction(self) -> "Transaction":
        return Transaction(self)

    def lose(self) -> None:
        """The server or the way to it is gone."""
        self.closed = True
        if self.memory.relay is self:
            self.memory.relay = None

    close = lose


class Transaction:
    """A block: committed at its end, undone when it raises; nested ones are savepoints."""

    __slots__ = ("kept", "session")

    def __init__(self, session: Session) -> None:
        self.session = session
        self.kept = 0

    def __enter__(self) -> None:
        session = self.session
        if session.closed:
            raise psycopg.OperationalError("the connection is closed")
        if session.depth == 0:
            session.host.between(session, "begin")
        session.depth += 1
        self.kept = len(session.handled)

    def __exit__(self, kind: object, failure: object, trace: object) -> None:
        session = self.session
        if kind is not None:
            self._undo()
            return
        try:
            session.may_commit()
        except BaseException:
            self._undo()
            raise
        wrote = session.saved == session.depth
        if wrote:
            session.memory.db.execute(f"RELEASE t{session.depth}")
            session.saved -= 1
        session.depth -= 1
        if session.depth == 0:
            if wrote:
                session.host.committed(session)
            session.host.between(session, "commit")

    def _undo(self) -> None:
        session = self.session
        if session.saved == session.depth:
            session.memory.db.execute(f"ROLLBACK TO t{session.depth}")
            session.memory.db.execute(f"RELEASE t{session.depth}")
            session.saved -= 1
        session.depth -= 1
        session.failed = False
        del session.handled[self.kept :]
