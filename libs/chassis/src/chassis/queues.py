"""A consumer's queues as the broker counts them: whether anybody consumes is not for the consumer itself to say."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from kombu.connection import Connection as Broker

from chassis.metrics import QUEUE_CONSUMERS, QUEUE_READY

log = structlog.get_logger(__name__)

ANSWER_S = 3.0


@contextmanager
def reached(url: str) -> Iterator[Broker]:
    """A connection for one look."""
    broker = _connected(url)
    try:
        yield broker
    finally:
        _thrown_away(broker)


def counted(broker: Any, name: str) -> tuple[int, int]:
    """Messages that wait and consumers, as the queue itself counts them at this moment."""
    with broker.channel() as channel:
        answer = channel.queue_declare(name, passive=True)
    return answer.message_count, answer.consumer_count


class QueueLook:
    """Looks at some queues on a connection of its own, which is thrown away at the first trouble."""

    def __init__(self, url: str, names: Iterable[str]) -> None:
        self._url, self._names = url, tuple(names)
        self._broker: Broker | None = None

    def look(self) -> None:
        """Sets the gauges. Of queues that cannot be seen there is no figure rather than an old one."""
        try:
            broker = self._connected()
            for name in self._names:
                self._tell(name, broker)
        except Exception as lost:  # a look must not end the process; kombu wraps, amqp does not
            log.info("queue.unseen", reason=type(lost).__name__)
            self._forget()

    def _tell(self, name: str, broker: Any) -> None:
        ready, consumers = counted(broker, name)
        QUEUE_READY.labels(name).set(ready)
        QUEUE_CONSUMERS.labels(name).set(consumers)

    def _connected(self) -> Broker:
        if self._broker is None:
            self._broker = _connected(self._url)
        return self._broker

    def _forget(self) -> None:
        broker, self._broker = self._broker, None
        if broker is not None:
            _thrown_away(broker)
        for name in self._names:
            QUEUE_READY.remove_by_labels({"queue": name})
            QUEUE_CONSUMERS.remove_by_labels({"queue": name})


def _connected(url: str) -> Broker:
    patience = {"read_timeout": ANSWER_S, "write_timeout": ANSWER_S}
    broker = Broker(url, connect_timeout=ANSWER_S, heartbeat=0, transport_options=patience)
    broker.connect()
    return broker


def _thrown_away(broker: Broker) -> None:
    """A hung broker takes no farewell."""
    broker.collect(socket_timeout=0.5)
