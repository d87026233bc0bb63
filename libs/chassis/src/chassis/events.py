"""nameko hosts the consumers, and this is the only module that knows it.

What differs from nameko's own event handler: bodies that cannot be read reach the subscriber, batches are handled in
one transaction and acknowledged one by one after the commit, and a hung broker node can be left.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import eventlet
import psycopg
import structlog
from eventlet.event import Event
from kombu.message import Message as Received
from nameko.extensions import DependencyProvider, Entrypoint
from nameko.messaging import QueueConsumer
from nameko.runners import ServiceRunner
from psycopg import Connection
from psycopg.rows import DictRow

from chassis.clock import monotonic
from chassis.consumer import Consumer
from chassis.database import Doorbell, connect
from chassis.settings import load
from chassis.environment import ServiceEnvironment
from chassis.subscriber import Delivery, Subscriber
from chassis.topology import LANES, lane_of, topology_of

log = structlog.get_logger(__name__)

BATCH = 16
PREFETCH = 64
HEARTBEAT_S = 10
BACK_OFF_S = 0.5
_LOST = (OSError, ConnectionError, AttributeError)


class FactQueues(QueueConsumer):  # type: ignore[misc]
    """nameko's queue consumer with our queues, and with a way out of a node that hangs."""

    ticked = 0.0

    def get_consumers(self, consumer_cls: Any, channel: Any) -> Any:
        for provider in self._providers:
            provider.forget()  # what an earlier connection brought comes again
            topology = topology_of(provider.consumer.service, provider.consumer.handlers)
            topology.dead(channel).declare()
            consumer = consumer_cls(queues=list(topology.lanes.values()), on_message=provider.arrived, accept=None)
            consumer.qos(prefetch_count=PREFETCH)
            self._consumers[provider] = consumer
        return self._consumers.values()

    @contextmanager
    def establish_connection(self) -> Iterator[Any]:
        broker = self.create_connection()
        try:
            broker.ensure_connection(self.on_connection_error, self.connect_max_retries)
            yield broker
        except BaseException as lost:
            log.warning("broker.left", reason=f"{type(lost).__name__}: {lost}"[:200])
            broker.collect(socket_timeout=0.5)  # release() would wait for CloseOk as long as the node hangs
            raise
        else:
            broker.release()

    def on_connection_error(self, exc: Exception, interval: float) -> None:
        log.warning("broker.lost", reason=type(exc).__name__)

    def on_iteration(self) -> None:
        type(self).ticked = monotonic()
        super().on_iteration()


class Facts(Entrypoint):  # type: ignore[misc]
    """Collects what has arrived and runs one batch at a time, urgent lane first."""

    queues = FactQueues()

    def __init__(self, consumer: Consumer, **options: Any) -> None:
        super().__init__(**options)
        self.consumer = consumer
        self._lane = {each.DESCRIPTOR.full_name: lane_of(each) for each in consumer.handlers}
        self._waiting: dict[str, deque[Received]] = {lane: deque() for lane in LANES}
        self._bell = Event()
        self._stopping = False
        self._pump: Any = None

    def setup(self) -> None:
        self.queues.register_provider(self)

    def start(self) -> None:
        self._pump = self.container.spawn_managed_thread(self._run, identifier=f"{self.consumer.service}.batches")

    def stop(self) -> None:
        """Takes nothing new, finishes the batch in hand; the rest goes back to the queue with the connection."""
        self._stopping = True
        self._ring()
        self._pump.wait()
        self.queues.unregister_provider(self)

    def arrived(self, message: Received) -> None:
        lane = self._lane.get(str((message.headers or {}).get("ce-type")), "urgent")
        self._waiting[lane].append(message)
        self._ring()

    def forget(self) -> None:
        for lane in self._waiting.values():
            lane.clear()

    def _ring(self) -> None:
        if not self._bell.ready():
            self._bell.send()

    def _run(self) -> None:
        while not self._stopping:
            batch = self._take()
            if batch:
                done = Event()
                self.container.spawn_worker(self, (batch,), {}, handle_result=_acknowledge(batch, done))
                done.wait()
            else:
                self._bell.wait()
                self._bell = Event()

    def _take(self) -> list[Received]:
        batch: list[Received] = []
        for lane in LANES:
            while self._waiting[lane] and len(batch) < BATCH:
                batch.append(self._waiting[lane].popleft())
        return batch


def _acknowledge(batch: Sequence[Received], done: Event) -> Callable[..., Any]:
    """Each message singly: an ack of several would take a neighbour queue's with it."""

    def handle_result(worker_ctx: Any, result: Any = None, exc_info: Any = None) -> Any:
        if exc_info is None:
            for message in batch:
                with suppress(*_LOST):
                    message.ack()
        done.send()
        return result, exc_info

    return handle_result


class Inbox(DependencyProvider):  # type: ignore[misc]
    """One connection a service; a lost database means hold and back off, never requeue."""

    def __init__(self, consumer: Consumer, environment: ServiceEnvironment) -> None:
        self.consumer, self.environment = consumer, environment
        self._subscriber = Subscriber(consumer.service, consumer.handlers)
        self._connection: Connection[DictRow] | None = None
        self._bell = Doorbell()

    def get_dependency(self, worker_ctx: Any) -> Callable[[Sequence[Received]], None]:
        return self._process

    @property
    def is_connected(self) -> bool:
        return self._connection is not None and not self._connection.closed

    def _process(self, batch: Sequence[Received]) -> None:
        deliveries = [_delivery(message) for message in batch]
        while True:
            try:
                connection = self._connected()
                rings = self._subscriber.process(connection, deliveries)
                self._bell.ring(connection, rings)
                return
            except (psycopg.OperationalError, psycopg.InterfaceError) as lost:
                log.warning("database.lost", consumer=self.consumer.service, reason=type(lost).__name__)
                self._connection = None
                eventlet.sleep(BACK_OFF_S)

    def _connected(self) -> Connection[DictRow]:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self.environment.database_url, name=f"{self.consumer.service}.events")
        return self._connection


def _delivery(message: Received) -> Delivery:
    body = message.body
    raw = body.encode() if isinstance(body, str) else bytes(body)
    return Delivery(headers=message.headers or {}, content_type=message.content_type, body=raw)


@dataclass(frozen=True, slots=True)
class Hosted:
    """The running consumers of this process."""

    runners: Sequence[ServiceRunner]
    inboxes: Sequence[Inbox]

    def stop(self) -> None:
        for runner in self.runners:
            runner.stop()


def host(consumers: Sequence[Consumer], environ: Mapping[str, str]) -> Hosted:
    """Starts a nameko container a consuming service, each with its own broker user."""
    runners, inboxes = [], []
    for consumer in consumers:
        environment = load(ServiceEnvironment, environ, service=consumer.service)
        inbox = Inbox(consumer, environment)
        runner = ServiceRunner({"AMQP_URI": environment.amqp_url, "HEARTBEAT": HEARTBEAT_S, "max_workers": 4})
        runner.add_service(_service(consumer, inbox))
        runner.start()
        runners.append(runner)
        inboxes.append(inbox)
    return Hosted(runners, inboxes)


def _service(consumer: Consumer, inbox: Inbox) -> type:
    def handle(self: Any, batch: Sequence[Received]) -> None:
        self.inbox(batch)

    body = {"name": consumer.service, "inbox": inbox, "handle": Facts.decorator(consumer)(handle)}
    return type(f"{consumer.service.title()}Events", (), body)
