"""What the delivery tests say and hear: plain facts of one aggregate, and a listener on real queues."""

from collections.abc import Iterable
from typing import Any

from amqp.exceptions import AMQPError
from google.protobuf.message import Message
from kombu.connection import Connection
from kombu.message import Message as Received

from chassis.context import Context
from chassis.database import connect
from chassis.envelope import Envelope, from_wire
from chassis.topology import topology_of
from chassis.work import Work
from eldercare.order.v1.events_pb2 import IncidentOpened, TaskDone
from suite.testing import TestDatabase
from suite.waiting import until

SPEAKER, LISTENER, NEIGHBOUR = "order", "notify", "payment"
GATE, TASK_GATE = 0x67617465, 0x7461736B  # advisory locks: handlers of the hosting tests wait behind them
URGENT, NORMAL = IncidentOpened, TaskDone


def tell(db: TestDatabase, aggregate: str, *, times: int = 1, kind: type[Message] = URGENT, rule: str = "") -> None:
    """Writes facts of one aggregate, a transaction each."""
    with connect(db.urls.app, name="speaker") as connection:
        for _ in range(times):
            with connection.transaction(), Work(connection, Context()) as work:
                work.publish(kind(), aggregate=aggregate, correlation=aggregate, rule=rule)


class Listener:
    """Consumes and acknowledges everything, in the order it comes."""

    def __init__(self, url: str, kinds: Iterable[type[Message]] = (URGENT, NORMAL)) -> None:
        self.url, self._kinds = url, list(kinds)
        self.heard: list[Envelope] = []
        self._broker: Any = until(self._connected, "the speaker's exchange is there and the queues are bound")

    def _connected(self) -> Connection | None:
        broker = Connection(self.url, connect_timeout=3)
        try:
            topology = topology_of(LISTENER, self._kinds)
            topology.declare(broker.channel())
            consumer = broker.Consumer(topology.queues([0]), on_message=self._hear, accept=None)
            consumer.qos(prefetch_count=500)
            consumer.consume()
        except (OSError, AMQPError):
            broker.collect(socket_timeout=0.5)
            return None
        return broker

    def _hear(self, message: Received) -> None:
        self.heard.append(from_wire(message.headers, message.content_type, bytes(message.body or b"")))
        message.ack()

    def listen(self, *, times: int = 1) -> None:
        """Until that many different facts were heard."""

        def enough() -> bool:
            try:
                self._broker.drain_events(timeout=0.2)
            except TimeoutError:
                pass
            except (OSError, AMQPError):
                self._broker.collect(socket_timeout=0.5)
                self._broker = until(self._connected, "the broker is back", patience_s=60)
            return len({each.id for each in self.heard}) >= times

        until(enough, f"{times} facts arrive", patience_s=60)

    def sequences(self, aggregate: str) -> list[int]:
        """The aggregate's facts in the order they first came."""
        return list(dict.fromkeys(each.sequence for each in self.heard if each.aggregate == aggregate))

    def close(self) -> None:
        self._broker.collect(socket_timeout=0.5)
