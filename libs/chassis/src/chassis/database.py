"""Connections and transactions of one service's own database."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from chassis.clock import monotonic, pause
from chassis.context import Caller, Context
from chassis.work import Work

BELL_INTERVAL_S = 0.001


def connect(url: str, *, name: str) -> Connection[DictRow]:
    """A connection of its own, in autocommit; raises psycopg.OperationalError."""
    return psycopg.connect(url, autocommit=True, row_factory=dict_row, application_name=name, connect_timeout=5)


class Doorbell:
    """NOTIFY after the commit, in a transaction of its own, at most once a millisecond a channel.

    Inside the writing transaction it would take a cluster-wide lock at commit.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}
        self._promised: set[str] = set()

    def ring(self, connection: Connection[DictRow], channels: Iterable[str]) -> None:
        for channel in channels:
            wait = self._wait_of(channel)
            if wait is None:
                continue
            if wait > 0:
                pause(wait)
                with self._lock:
                    self._promised.discard(channel)
            connection.execute(f'NOTIFY "{channel}"'.encode())

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


class Database:
    """A bounded pool for threads. Every use case runs inside `transaction`."""

    def __init__(self, url: str, *, name: str, size: int = 12) -> None:
        self.url = url
        self.name = name
        self.bell = Doorbell()
        self._pool: ConnectionPool[Connection[DictRow]] = ConnectionPool(
            url,
            min_size=1,
            max_size=size,
            timeout=3,
            open=False,
            check=ConnectionPool.check_connection,
            kwargs={"autocommit": True, "row_factory": dict_row, "application_name": name, "connect_timeout": 5},
        )

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
                work = Work(connection, context, caller=caller)
                yield work
            self.bell.ring(connection, work.rings)

    def is_up(self) -> bool:
        try:
            with self._pool.connection(timeout=1) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True
