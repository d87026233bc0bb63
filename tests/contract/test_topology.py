"""Who hears what, on which queue: frozen, so that a lost binding or an orphaned queue is a choice, not an accident."""

import json
from importlib.metadata import entry_points
from pathlib import Path

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message

from chassis.consumer import Consumer
from chassis.envelope import event_rule
from chassis.topology import topology_of
from eldercare.event.v1.event_pb2 import event

FROZEN = Path(__file__).with_name("topology.json")
PRODUCERS = ("people", "device", "order", "notify", "payment")


def consumers() -> list[Consumer]:
    return [point.load() for point in sorted(entry_points(group="eldercare.events"), key=lambda point: point.name)]


def published() -> list[type[Message]]:
    """Every event of the contract."""
    pool, found = descriptor_pool.Default(), []
    for producer in PRODUCERS:
        __import__(f"eldercare.{producer}.v1.events_pb2")
        file = pool.FindFileByName(f"eldercare/{producer}/v1/events.proto")
        found += [
            message_factory.GetMessageClass(each)
            for each in file.message_types_by_name.values()
            if each.GetOptions().HasExtension(event)
        ]
    return found


def bindings() -> dict[str, list[str]]:
    """Queue → the event types bound to it."""
    return {
        lane.queues[0].name: sorted(each.routing_key for each in lane.queues[0].bindings)
        for consumer in consumers()
        for lane in topology_of(consumer.service, consumer.handlers).lanes.values()
    }


def test_queues_and_bindings_are_those_that_were_accepted() -> None:
    """After a change on purpose: write `bindings()` to topology.json, and drain what was renamed first."""
    assert bindings() == json.loads(FROZEN.read_text())


def test_every_published_fact_has_a_consumer_and_what_stays_at_home_has_none() -> None:
    heard = {name for types in bindings().values() for name in types}
    for message in published():
        name = message.DESCRIPTOR.full_name
        assert (name in heard) != event_rule(message).journal_only, name


def test_several_shards_hear_what_one_hears_and_an_aggregate_stays_in_its_shard() -> None:
    for consumer in consumers():
        for name, lane in topology_of(consumer.service, consumer.handlers, shards=4).lanes.items():
            queue = f"{consumer.service}.{name}"
            assert [each.name for each in lane.queues] == [f"{queue}.{shard}" for shard in range(4)]
            assert sorted(lane.types) == bindings()[f"{queue}.0"]
            assert lane.spread is not None
            assert vars(lane.spread)["arguments"] == {"hash-header": "ce-subject"}
            for shard in lane.queues:
                assert [(each.exchange.name, each.routing_key) for each in shard.bindings] == [(queue, "1")]
