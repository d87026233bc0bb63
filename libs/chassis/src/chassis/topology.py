"""Exchanges and queues: an exchange a service, a quorum queue a consumer and lane with a single active consumer."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from kombu.entity import Exchange, Queue, binding

from chassis.envelope import event_rule

LANES = ("urgent", "normal")
DELIVERY_LIMIT = 100


def exchange_of(service: str, *, ours: bool) -> Exchange:
    """The topic exchange a service publishes its facts on; only its owner declares it."""
    return Exchange(f"{service}.events", type="topic", durable=True, no_declare=not ours)


def source_of(event_type: str) -> str:
    """`eldercare.device.v1.AlarmRaised` → `device`."""
    return event_type.split(".")[1]


@dataclass(frozen=True, slots=True)
class Topology:
    """The queues of one consuming service, by lane; `dead` is the last net."""

    lanes: dict[str, Queue]
    dead: Queue


def lane_of(message: type[Message]) -> str:
    return "urgent" if event_rule(message).urgent else "normal"


def topology_of(consumer: str, messages: Iterable[type[Message]]) -> Topology:
    """What a service that handles these facts consumes from."""
    bound: dict[str, list[str]] = {lane: [] for lane in LANES}
    for message in messages:
        bound[lane_of(message)].append(message.DESCRIPTOR.full_name)
    lanes = {lane: _queue(consumer, lane, types) for lane, types in bound.items() if types}
    dead = Queue(
        f"{consumer}.dead",
        exchange=Exchange(f"{consumer}.dead", type="fanout", durable=True),
        queue_arguments={"x-queue-type": "quorum"},
    )
    return Topology(lanes, dead)


def _queue(consumer: str, lane: str, types: list[str]) -> Queue:
    arguments: dict[str, Any] = {
        "x-queue-type": "quorum",
        "x-single-active-consumer": True,
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": f"{consumer}.dead",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    bindings = [binding(exchange_of(source_of(name), ours=False), routing_key=name) for name in sorted(types)]
    return Queue(f"{consumer}.{lane}.0", bindings=bindings, queue_arguments=arguments)
