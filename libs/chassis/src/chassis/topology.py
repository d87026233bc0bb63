"""An exchange a service; a quorum queue a consumer, lane and shard, with a single active consumer."""

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from kombu.entity import Exchange, Queue, binding

from chassis.envelope import event_rule
from eldercare.event.v1.event_pb2 import event

LANES = ("urgent", "normal")
DELIVERY_LIMIT = 100
# What the broker spreads by: an aggregate's facts stay in one shard, in their order.
AGGREGATE_HEADER = "ce-subject"


def exchange_of(service: str, *, ours: bool) -> Exchange:
    """The topic exchange a service publishes its facts on; only its owner declares it."""
    return Exchange(f"{service}.events", type="topic", durable=True, no_declare=not ours)


def source_of(event_type: str) -> str:
    """`eldercare.device.v1.AlarmRaised` → `device`."""
    return event_type.split(".")[1]


@dataclass(frozen=True, slots=True)
class Lane:
    """A queue a shard, and the types of facts that reach them: directly, or by `spread` when there are several."""

    types: tuple[str, ...]
    queues: tuple[Queue, ...]
    spread: Exchange | None

    def declare(self, channel: Any) -> None:
        for queue in self.queues:
            queue(channel).declare()
        if self.spread is not None:
            self._reach_by(self.spread(channel), self.queues[0](channel))

    def _reach_by(self, spread: Exchange, first: Queue) -> None:
        """Bound before the way of a single shard is left: in between a fact comes twice, and is claimed once."""
        for name in self.types:
            spread.bind_to(exchange_of(source_of(name), ours=False), routing_key=name)
        for name in self.types:
            first.unbind_from(exchange_of(source_of(name), ours=False), routing_key=name)


@dataclass(frozen=True, slots=True)
class Topology:
    """What one consuming service consumes from; `dead` is the last net."""

    lanes: dict[str, Lane]
    dead: Queue

    def declare(self, channel: Any) -> None:
        for lane in self.lanes.values():
            lane.declare(channel)
        # Last: RabbitMQ 3.10 killed within half a second loses the leader of the queue that was declared last.
        self.dead(channel).declare()

    def queues(self, shards: Iterable[int]) -> list[Queue]:
        """Those of some shards, in all lanes."""
        return [lane.queues[shard] for shard in sorted(shards) for lane in self.lanes.values()]


def lane_of(message: type[Message]) -> str:
    return "urgent" if event_rule(message).urgent else "normal"


def urgent_nouns(service: str) -> list[str]:
    """The aggregates' collections whose facts a service tells in the urgent lane, by its contract."""
    told = importlib.import_module(f"eldercare.{service}.v1.events_pb2").DESCRIPTOR.message_types_by_name.values()
    rules = [options.Extensions[event] for each in told if (options := each.GetOptions()).HasExtension(event)]
    return sorted({rule.aggregate for rule in rules if rule.urgent})


def topology_of(consumer: str, messages: Iterable[type[Message]], shards: int = 1) -> Topology:
    """What a service that handles these facts consumes from."""
    bound: dict[str, list[str]] = {lane: [] for lane in LANES}
    for message in messages:
        bound[lane_of(message)].append(message.DESCRIPTOR.full_name)
    lanes = {
        lane: _lane(f"{consumer}.{lane}", sorted(types), consumer, shards) for lane, types in bound.items() if types
    }
    dead = Queue(
        f"{consumer}.dead",
        exchange=Exchange(f"{consumer}.dead", type="fanout", durable=True),
        queue_arguments={"x-queue-type": "quorum"},
    )
    return Topology(lanes, dead)


def _lane(name: str, types: Sequence[str], consumer: str, shards: int) -> Lane:
    if shards == 1:
        bindings = [binding(exchange_of(source_of(each), ours=False), routing_key=each) for each in types]
        return Lane(tuple(types), (_queue(name, 0, consumer, bindings),), None)
    spread = Exchange(name, type="x-consistent-hash", durable=True, arguments={"hash-header": AGGREGATE_HEADER})
    even = [binding(spread, routing_key="1")]  # its weight: all shards get the same share
    return Lane(tuple(types), tuple(_queue(name, shard, consumer, even) for shard in range(shards)), spread)


def _queue(lane: str, shard: int, consumer: str, bindings: list[binding]) -> Queue:
    arguments: dict[str, Any] = {
        "x-queue-type": "quorum",
        "x-single-active-consumer": True,
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": f"{consumer}.dead",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    return Queue(f"{lane}.{shard}", bindings=bindings, queue_arguments=arguments)
