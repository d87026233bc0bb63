"""A consumer's queues as the broker counts them: whether anybody consumes is not for the consumer itself to say."""

from collections.abc import Iterable
from typing import Any

import structlog
from kombu.connection import Connection as Broker

from chassis.metrics import QUEUE_CONSUMERS, QUEUE_READY

log = structlog.get_logger(__name__)

ANSWER_S = 3.0


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
        with broker.channel() as channel:
            answer = channel.queue_declare(name, passive=True)
        QUEUE_READY.labels(name).set(answer.message_count)
        QUEUE_CONSUMERS.labels(name).set(answer.consumer_count)

    def _connected(self) -> Broker:
        if self._broker is None:
            patience = {"read_timeout": ANSWER_S, "write_timeout": ANSWER_S}
            self._broker = Broker(self._url, connect_timeout=ANSWER_S, heartbeat=0, transport_options=patience)
            self._broker.connect()
        return self._broker

    def _forget(self) -> None:
        broker, self._broker = self._broker, None
        if broker is not None:
            broker.collect(socket_timeout=0.5)
        for name in self._names:
            QUEUE_READY.remove_by_labels({"queue": name})
            QUEUE_CONSUMERS.remove_by_labels({"queue": name})
