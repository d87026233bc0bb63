"""Connections and transactions of one service's own database."""

import select
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import Connection, Cursor
from psycopg.abc import Params, QueryNoTemplate
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from chassis.clock import monotonic, pause
from chassis.context import Caller, Context
from chassis.work import Work

BELL_INTERVAL_S = 0.001
LONGEST_CALL_S = 30
# A process that is frozen or cut off must not hold rows or locks for ever: the server ends its session.
_WATCHED = {
    "idle_in_transaction_session_timeout": "30s",
    "tcp_keepalives_idle": "10s",
    "tcp_keepalives_interval": "5s",
    "tcp_keepalives_count": "3",
}


class Session(Connection[DictRow]):
    """One cursor for all statements: an answer is read before the next question is put."""

    _statements: Cursor[DictRow] | None = None

    def execute(  # type: ignore[override]  # a template string is not spoken here
        self, query: QueryNoTemplate, params: Params | None = None, **options: Any
    ) -> Cursor[DictRow]:
        if options:
            return super().execute(query, params, **options)
        if self._statements is None:
            self._statements = self.cursor()
        return self._statements.execute(query, params)


def connect(url: str, *, name: str, **settings: str) -> Connection[DictRow]:
    """A connection of its own, in autocommit; raises psycopg.OperationalError."""
    return Session.connect(url, autocommit=True, row_factory=dict_row, **session(name, **settings))


def is_lost(connection: Connection[DictRow]) -> bool:
    """Whether an error took the connection with it; otherwise it was the statement's own."""
    return connection.closed


def is_collision(failure: Exception) -> bool:
    """Two transactions were in each other's way: rolled back, and worth doing again at once."""
    return isinstance(failure, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure)


def told(lost: Exception) -> dict[str, str]:
    """What a log says of a store that is away: the kind, and the first line, which names no row and no password."""
    return {"reason": type(lost).__name__, "said": str(lost).partition("\n")[0][:200]}


def session(name: str, **settings: str) -> dict[str, Any]:
    """Whose session it is, and how long the server keeps it when it falls silent."""
    spoken = " ".join(f"-c {key}={value}" for key, value in (_WATCHED | settings).items())
    return {"application_name": name, "connect_timeout": 5, "options": spoken, "tcp_user_timeout": 15_000}


def notify(connection: Connection[DictRow], channels: Collection[str]) -> None:
    """Wakes who listens, all channels with one statement of its own."""
    if len(channels) == 1:
        connection.execute("SELECT pg_notify(%s, '')", list(channels))
    elif channels:
        connection.execute("SELECT pg_notify(channel, '') FROM unnest(%s::text[]) AS channel", [list(channels)])


class Doorbell:
    """NOTIFY after the commit, in a transaction of its own, at most once a millisecond a channel.

    Inside the writing transaction it would take a cluster-wide lock at commit.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}
        self._promised: set[str] = set()

    def ring(self, connection: Connection[DictRow], channels: Iterable[str]) -> None:
        ours = {channel: wait for channel in channels if (wait := self._wait_of(channel)) is not None}
        promised = {channel for channel, wait in ours.items() if wait > 0}
        if promised:
            self._keep_promises(promised, max(ours.values()))
        with suppress(psycopg.Error):  # the commit holds; who listens also looks twice a second
            notify(connection, ours)

    def _keep_promises(self, promised: set[str], wait: float) -> None:
        try:
            pause(wait)
        finally:
            with self._lock:
                self._promised -= promised

    def _wait_of(self, channel: str) -> float | None:
        """Seconds to wait before ringing; None when another thread has promised to ring."""
        now = monotonic()
        with self._lock:
            if channel in self._promised:
                return None
            due = self._last.get(channel, 0.0) + BELL_INTERVAL_S
            self._last[channel] = max(now, due)
            if due > now:
                self._promised.add(channel)
            return max(0.0, due - now)


def _has_word(connection: Connection[DictRow]) -> bool:
    """Whether the server said something, or left, since the last answer."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


# What serves a call or a fact asks the store nothing that takes longer, and waits for no lock for longer.
BOUNDED = {"statement_timeout": f"{LONGEST_CALL_S}s", "lock_timeout": "10s"}


class Database:
    """A pool for threads, a session for each call that runs at once. Every use case runs inside `transaction`."""

    def __init__(self, url: str, *, name: str, size: int = 16) -> None:
        self.url = url
        self.name = name
        self.bell = Doorbell()
        self._pool: ConnectionPool[Connection[DictRow]] = ConnectionPool(
            url,
            connection_class=Session,
            min_size=1,
            max_size=size,
            timeout=3,
            reconnect_timeout=1,  # the next caller tries again, instead of a delay that doubles
            open=False,
            check=self._check,
            kwargs={"autocommit": True, "row_factory": dict_row, **session(name, **BOUNDED)},
        )

    def _check(self, connection: Connection[DictRow]) -> None:
        """One dead session means that the server went: all are renewed at once.

        The pool alone would meet them one by one, wait in between, and refuse callers while the server is up again.
        A session that rests is silent until it ends: only one that has something to say is asked whether it lives.
        """
        if not _has_word(connection):
            return
        try:
            ConnectionPool.check_connection(connection)
        except psycopg.Error:
            self._pool.drain()
            raise

    def open(self) -> None:
        self._pool.open(wait=False)

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def transaction(self, context: Context, *, caller: Caller | None = None, read_only: bool = False) -> Iterator[Work]:
        """Commits when the block ends, rolls back when it raises; then rings for what was written."""
        with self._pool.connection() as connection:
            with connection.transaction():
                if read_only:
                    connection.execute("SET TRANSACTION READ ONLY")
                with Work(connection, context, caller=caller) as work:
                    yield work
            self.bell.ring(connection, work.rings)

    def is_up(self) -> bool:
        try:
            with self._pool.connection(timeout=1) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True
