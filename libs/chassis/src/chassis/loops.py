"""Threads of core: each has a connection of its own, works while there is work, then waits for its bell."""

import threading
from collections.abc import Callable
from selectors import EVENT_READ, DefaultSelector

import psycopg
import structlog
from psycopg import Connection
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow

from chassis.clock import monotonic
from chassis.database import connect, told
from chassis.metrics import RECONNECTS

log = structlog.get_logger(__name__)

POLL_S = 0.5
STOP_S = 0.5  # it looks that often whether it was told to stop
BACK_OFF_S = 0.5

Tick = Callable[[Connection[DictRow]], int]


class Loop(threading.Thread):
    """Runs `tick` until told to stop. A lost database is waited for; any other error ends the process."""

    def __init__(
        self, url: str, *, name: str, channel: str, tick: Tick, poll_s: float = POLL_S, **session: str
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._url, self._channel, self._tick, self._poll_s = url, channel, tick, poll_s
        self._session = session
        self._stopping = threading.Event()
        self.last_tick = monotonic()
        self.failure: BaseException | None = None
        self._connection: Connection[DictRow] | None = None

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    @property
    def waits_for_database(self) -> bool:
        """Whether it is the database that has to move: no connection, or a statement without an answer yet."""
        connection = self._connection
        return connection is None or connection.pgconn.transaction_status == TransactionStatus.ACTIVE

    def silent_s(self) -> float:
        """Seconds since the last tick began."""
        return monotonic() - self.last_tick

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._connected()
        except BaseException as failure:
            self.failure = failure
            log.exception("loop.died", loop=self.name)

    def _connected(self) -> None:
        try:
            with connect(self._url, name=self.name, **self._session) as connection:
                connection.execute(f'LISTEN "{self._channel}"'.encode())
                self._connection = connection
                self._work(connection)
        except (psycopg.OperationalError, psycopg.InterfaceError) as lost:
            log.warning("database.lost", loop=self.name, **told(lost))
            RECONNECTS.labels(self.name, "database").inc()
            self._stopping.wait(BACK_OFF_S)
        finally:
            self._connection = None
            self.last_tick = monotonic()

    def _work(self, connection: Connection[DictRow]) -> None:
        while not self._stopping.is_set():
            self.last_tick = monotonic()
            if self._tick(connection) == 0:
                self._wait(connection)

    def _wait(self, connection: Connection[DictRow]) -> None:
        """Until the bell rings, the poll is over or the loop is told to stop."""
        until = monotonic() + self._poll_s
        if _bell_rang(connection):
            return
        with DefaultSelector() as selector:
            selector.register(connection.fileno(), EVENT_READ)
            while not self._stopping.is_set() and (left := until - monotonic()) > 0:
                if selector.select(min(left, STOP_S)) and _bell_rang(connection):
                    return


def _bell_rang(connection: Connection[DictRow]) -> bool:
    """Takes every bell that rang by now. Left to wait for one, psycopg would look ten times a second."""
    return bool(list(connection.notifies(timeout=0)))
