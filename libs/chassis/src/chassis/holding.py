"""A batch is done or held: while the database is away nothing is dropped and nothing goes back to the queue."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import psycopg
import structlog
from psycopg import Connection
from psycopg.rows import DictRow

from chassis.clock import pause
from chassis.consumer import Consumer
from chassis.database import BOUNDED, Doorbell, connect, told
from chassis.subscriber import Delivery, Subscriber

log = structlog.get_logger(__name__)

BACK_OFF_S = 0.5
Connect = Callable[..., Connection[DictRow]]


class StoppedHolding(Exception):
    """Told to stop while the database is away: the batch goes back to the queue."""


class Holder:
    """One connection of one consuming service."""

    def __init__(self, consumer: Consumer, database_url: str, connect: Connect = connect) -> None:
        self._service, self._url = consumer.service, database_url
        self._connect = connect
        self._subscriber = Subscriber(consumer.service, consumer.handlers)
        self._connection: Connection[DictRow] | None = None
        self._bell = Doorbell()

    def process(self, deliveries: Sequence[Delivery], stopping: Callable[[], bool]) -> None:
        """Returns when the batch is committed; raises StoppedHolding."""
        while True:
            try:
                connection = self._connected()
                self._bell.ring(connection, self._subscriber.process(connection, deliveries))
                return
            except (psycopg.OperationalError, psycopg.InterfaceError) as lost:
                log.warning("database.lost", consumer=self._service, **told(lost))
            except Exception:  # never acked, never dropped: held in sight until someone has mended it
                log.exception("batch.held", consumer=self._service)
            self._leave()
            if stopping():
                raise StoppedHolding
            pause(BACK_OFF_S)

    def _connected(self) -> Connection[DictRow]:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect(self._url, name=f"{self._service}.events", **BOUNDED)
        return self._connection

    def _leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()
