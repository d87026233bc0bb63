from __future__ import annotations

from importlib.metadata import entry_points

import pytest
from kombu.entity import Queue

from chassis.topology import topology_of
from suite.servers import rabbitmq
from tests.architecture.delivery import (
    bells_ring_after_the_commit,
    each_message_is_acknowledged_singly,
    nameko_lends_only_its_frame,
    no_context_of_the_frame_is_read,
    nobody_shares_a_pool,
    not_replicated,
    only_the_relay_publishes,
    queues_are_declared_in_one_place,
    refused_packages,
    stores_ring_no_bell,
)
from tests.architecture.source import ROOT, Rule, breaches, planted, python_sources, sources

RULES = [
    nameko_lends_only_its_frame,
    nobody_shares_a_pool,
    only_the_relay_publishes,
    queues_are_declared_in_one_place,
    each_message_is_acknowledged_singly,
    bells_ring_after_the_commit,
    no_context_of_the_frame_is_read,
]
RELAY, EVENTS = "libs/chassis/src/chassis/retries.py", "libs/chassis/src/chassis/events.py"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_nobody_takes_a_way_that_loses_or_doubles_facts(rule: Rule) -> None:
    assert breaches(rule, python_sources("libs", "services")) == []


def test_no_bell_rings_inside_a_store() -> None:
    assert breaches(stores_ring_no_bell, sources(".sql", "libs", "services")) == []
    assert breaches(stores_ring_no_bell, planted("a.sql", "PERFORM pg_notify('outbox', '');"))


def test_every_queue_is_kept_by_a_majority_of_nodes() -> None:
    for point in entry_points(group="eldercare.events"):
        consumer = point.load()
        for shards in (1, 2):
            topology = topology_of(consumer.service, consumer.handlers, shards)
            for queue in (*topology.queues(range(shards)), topology.dead):
                assert not_replicated(queue) == []


@pytest.mark.parametrize(
    "queue",
    [
        Queue("classic"),
        Queue("transient", durable=False, queue_arguments={"x-queue-type": "quorum"}),
        Queue("vanishing", auto_delete=True, queue_arguments={"x-queue-type": "quorum"}),
    ],
    ids=lambda queue: queue.name,
)
def test_a_planted_queue_that_forgets_is_caught(queue: Queue) -> None:
    assert not_replicated(queue)


def test_no_package_is_here_that_was_refused() -> None:
    assert refused_packages((ROOT / "uv.lock").read_text("utf-8")) == []


@pytest.mark.parametrize("name", ["nameko-amqp-retry", "sqlalchemy"])
def test_a_planted_package_that_was_refused_is_caught(name: str) -> None:
    assert refused_packages(f'[[package]]\nname = "{name}"\nversion = "1"\n')


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (nameko_lends_only_its_frame, EVENTS, "from nameko.events import BROADCAST, event_handler"),
        (nameko_lends_only_its_frame, EVENTS, "from nameko.standalone.events import event_dispatcher"),
        (nobody_shares_a_pool, RELAY, "from kombu.pools import producers"),
        (nobody_shares_a_pool, "services/order/src/order_service/store.py", "import sqlalchemy.orm"),
        (only_the_relay_publishes, EVENTS, "def f(channel):\n    channel.basic_publish('x')"),
        (only_the_relay_publishes, RELAY, "import kombu\nkombu.Producer(channel)"),
        (queues_are_declared_in_one_place, EVENTS, "from kombu import Queue\nQueue('mine')"),
        (queues_are_declared_in_one_place, RELAY, "channel.queue_declare('mine')"),
        (each_message_is_acknowledged_singly, EVENTS, "message.ack(multiple=True)"),
        (bells_ring_after_the_commit, RELAY, "with connection.transaction():\n    connection.execute('NOTIFY outbox')"),
        (bells_ring_after_the_commit, RELAY, "with db.transaction(c) as work:\n    work.run(f'NOTIFY \"{x}\"')"),
        (bells_ring_after_the_commit, RELAY, "with connection.transaction():\n    notify(connection, rings)"),
        (no_context_of_the_frame_is_read, EVENTS, "who = worker_ctx.context_data['user_id']"),
        (no_context_of_the_frame_is_read, EVENTS, "who = message.headers['nameko.user_id']"),
    ],
)
def test_a_planted_way_is_caught(rule: Rule, path: str, text: str) -> None:
    assert breaches(rule, planted(path, text))


def test_what_is_allowed_is_left_alone() -> None:
    after = "with connection.transaction():\n    pass\nconnection.execute('NOTIFY outbox')"
    assert breaches(bells_ring_after_the_commit, planted(RELAY, after)) == []
    assert breaches(each_message_is_acknowledged_singly, planted(EVENTS, "message.ack()")) == []


def test_no_listener_acknowledges_what_nobody_would_keep() -> None:
    """RabbitMQ confirms an MQTT message of a topic nobody is bound to: first a queue that catches all, then MQTT."""
    assert "mqtt" not in rabbitmq.PLUGINS
