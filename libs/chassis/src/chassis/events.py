"""nameko hosts the consumers, and this is the only module that knows it.

What differs from nameko's own event handler: bodies that cannot be read reach the subscriber, batches are handled in
one transaction and acknowledged one by one after the commit, and a hung broker node can be left.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import eventlet
import structlog
from eventlet.event import Event
from kombu.message import Message as Received
from nameko.extensions import DependencyProvider, Entrypoint
from nameko.messaging import QueueConsumer, QueueConsumerStopped
from nameko.runners import ServiceRunner

from chassis import green
from chassis.clock import monotonic
from chassis.consumer import Consumer, Shards
from chassis.environment import ServiceEnvironment
from chassis.holding import Holder
from chassis.lanes import Lanes
from chassis.settings import load
from chassis.subscriber import Delivery
from chassis.topology import topology_of

log = structlog.get_logger(__name__)

BATCH, PREFETCH = 16, 64
RESTART_S = 0.5
LONGEST_RECONNECT_S = 1.0


class FactQueues(QueueConsumer):  # type: ignore[misc]
    """nameko's queue consumer with our queues, and with a way out of a node that hangs."""

    def __init__(self) -> None:
        super().__init__()
        self.ticked = monotonic()
        self.is_consuming = False

    def run(self) -> None:
        """Comes back from any error, of the broker or our own: a process without consumers would look healthy."""
        known = (*self.connection_errors, *self.channel_errors)
        while not self.should_stop:
            try:
                for _ in self.consume(limit=None):
                    pass
            except QueueConsumerStopped:
                raise
            except known as lost:
                log.warning("consumer.lost", reason=type(lost).__name__)
            except Exception:
                log.exception("consumer.failed")
            self.ticked = monotonic()
            eventlet.sleep(0 if self.should_stop else RESTART_S)

    def get_consumers(self, consumer_cls: Any, channel: Any) -> Any:
        self._consumers = {}
        for provider in self._providers:
            provider.forget()  # what an earlier connection brought comes again
            topology = topology_of(provider.consumer.service, provider.consumer.handlers, provider.shards.number)
            topology.declare(channel)
            queues = topology.queues(provider.shards.own)
            consumer = consumer_cls(queues, on_message=provider.arrived, accept=None, auto_declare=False)
            consumer.qos(prefetch_count=PREFETCH)
            self._consumers[provider] = consumer
        return self._consumers.values()

    @contextmanager
    def establish_connection(self) -> Iterator[Any]:
        broker = self._broker = self.create_connection()
        try:
            patience = {"interval_start": 0.1, "interval_step": 0.2, "interval_max": LONGEST_RECONNECT_S}
            broker.ensure_connection(self.on_connection_error, **patience)
            yield broker
        except BaseException:
            broker.collect(socket_timeout=0.5)  # release() would wait for CloseOk as long as the node hangs
            raise
        else:
            broker.release()
        finally:
            self.is_consuming = False

    def on_connection_error(self, exc: Exception, interval: float) -> None:
        self.ticked = monotonic()  # a broker that is away is no reason to end this process
        log.warning("broker.lost", reason=type(exc).__name__)

    def on_consume_ready(self, connection: Any, channel: Any, consumers: Any, **kwargs: Any) -> None:
        self.is_consuming = True
        super().on_consume_ready(connection, channel, consumers, **kwargs)

    def on_decode_error(self, message: Received, exc: Exception) -> None:  # kombu would acknowledge it away
        for provider in self._providers:
            provider.arrived(message)

    def on_iteration(self) -> None:
        self.ticked = monotonic()
        super().on_iteration()
        if self.should_stop:
            raise QueueConsumerStopped  # kombu would connect once more, to wait for what it no longer consumes

    def _cancel_consumers_if_requested(self) -> None:
        """Goes with its connection: after a polite cancel the next one would get what comes after ours first."""
        pending: dict[Any, Any] = dict(self._pending_remove_providers)
        self._pending_remove_providers.clear()
        if pending:
            self._broker.collect(socket_timeout=0.5)
        for provider, removed in pending.items():
            del self._consumers[provider]
            removed.send()


class Facts(Entrypoint):  # type: ignore[misc]
    """Collects what has arrived and runs one batch at a time, urgent lane first."""

    queues = FactQueues()

    def __init__(self, consumer: Consumer, shards: Shards, **options: Any) -> None:
        super().__init__(**options)
        self.consumer, self.shards = consumer, shards
        self.stopping = False
        self._waiting: Lanes[Received] = Lanes(consumer.handlers)
        self._bell = Event()
        self._pump: Any = None

    def setup(self) -> None:
        self.queues.register_provider(self)

    def start(self) -> None:
        self._pump = self.container.spawn_managed_thread(self._run, identifier=f"{self.consumer.service}.batches")

    def stop(self) -> None:
        """Takes nothing new, finishes the batch in hand; the rest goes back to the queue with the connection."""
        self.stopping = True
        self._ring()
        self._pump.wait()
        self.queues.unregister_provider(self)

    def arrived(self, message: Received) -> None:
        self._waiting.add(str((message.headers or {}).get("ce-type")), message)
        self._ring()

    def forget(self) -> None:
        self._waiting.clear()

    def _ring(self) -> None:
        if not self._bell.ready():
            self._bell.send()

    def _run(self) -> None:
        while not self.stopping:
            if batch := self._waiting.take(BATCH):
                done = Event()
                self.container.spawn_worker(self, (batch,), {}, handle_result=_acknowledge(batch, done))
                done.wait()
            else:
                self._bell.wait()
                self._bell = Event()


def _acknowledge(batch: Sequence[Received], done: Event) -> Callable[..., Any]:
    """Each message singly: an ack of several would take a neighbour queue's with it."""

    def handle_result(worker_ctx: Any, result: Any = None, exc_info: Any = None) -> Any:
        if exc_info is None:
            for message in batch:
                with suppress(Exception):  # its connection is gone: it comes again and its claim is found
                    message.ack()
        done.send()
        return result, exc_info

    return handle_result


class Inbox(DependencyProvider):  # type: ignore[misc]
    """Gives a worker what does its batch."""

    def __init__(self, consumer: Consumer, environment: ServiceEnvironment) -> None:
        self._holder = Holder(consumer, environment.database_url, green.connect)

    def get_dependency(self, worker_ctx: Any) -> Callable[[Sequence[Received]], None]:
        def process(batch: Sequence[Received]) -> None:
            self._holder.process([_delivery(message) for message in batch], lambda: worker_ctx.entrypoint.stopping)

        return process


def _delivery(message: Received) -> Delivery:
    raw, key = message.body, message.delivery_info["routing_key"]
    body = raw.encode() if isinstance(raw, str) else bytes(raw)
    return Delivery(headers=message.headers or {}, content_type=message.content_type, body=body, key=key)


class Hosted:
    """The consumers of a process, a nameko container a service, each with its own broker user; not started yet."""

    def __init__(self, consumers: Sequence[Consumer], environ: Mapping[str, str]) -> None:
        self._runners = [_runner(each, load(ServiceEnvironment, environ, service=each.service)) for each in consumers]

    def run(self) -> None:
        """Starts all side by side and returns when one has died, with its error, or all were stopped."""
        ended = eventlet.Queue()
        for runner in self._runners:
            eventlet.spawn(_serve, runner).link(ended.put)
        for _ in self._runners:
            ended.get().wait()

    def stop(self) -> None:
        """Finishes the batches in hand, side by side."""
        for each in [eventlet.spawn(runner.stop) for runner in self._runners]:
            each.wait()

    def not_consuming(self) -> list[str]:
        return [name for name, queues in self._queues() if not queues.is_consuming]

    def stalled(self, longest_s: float) -> list[str]:
        """Services whose consumer loop no longer ticks."""
        return [name for name, queues in self._queues() if monotonic() - queues.ticked > longest_s]

    def _queues(self) -> Iterator[tuple[str, FactQueues]]:
        for runner in self._runners:
            for container in runner.containers:
                for extension in container.extensions:
                    if isinstance(extension, FactQueues):
                        yield container.service_name, extension


def _serve(runner: ServiceRunner) -> None:
    runner.start()
    runner.wait()


def _runner(consumer: Consumer, environment: ServiceEnvironment) -> ServiceRunner:
    runner = ServiceRunner({"AMQP_URI": environment.amqp_url, "HEARTBEAT": environment.heartbeat_s, "max_workers": 4})
    runner.add_service(_service(consumer, Shards.of(environment), Inbox(consumer, environment)))
    return runner


def _service(consumer: Consumer, shards: Shards, inbox: Inbox) -> type:
    def handle(self: Any, batch: Sequence[Received]) -> None:
        self.inbox(batch)

    parts = {"name": consumer.service, "inbox": inbox, "handle": Facts.decorator(consumer, shards)(handle)}
    return type("Events", (), parts)
