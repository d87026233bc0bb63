"""Whatever happens between broker and consumer: no fact is lost on the way, and each thing's facts keep their order."""

from collections.abc import Callable

import pytest
from kombu.connection import Connection

from chassis.relay import Relay
from eldercare.order.v1.events_pb2 import AlarmAttached
from libs.chassis.tests.hosting.conftest import Hosting, environ_of
from libs.chassis.tests.telling import LISTENER, NEIGHBOUR, NORMAL, TASK_GATE, URGENT, tell
from suite.servers import Servers
from suite.servers.management import Management
from suite.servers.ports import free_port
from suite.servers.rabbitmq import control
from suite.servers.server import BinaryServer
from suite.testing import Brokers, DatabaseFactory, TestDatabase
from suite.waiting import until


def all_in_hand(consumer: Hosting) -> bool:
    return consumer.in_queue("urgent") + consumer.in_queue("normal") == 0


def delivered(db: TestDatabase) -> bool:
    return not db.rows("SELECT 1 FROM outbox")


def test_what_was_not_handled_is_not_acknowledged_with_its_neighbours(db: TestDatabase, consuming: Hosting) -> None:
    with consuming.gate_closed(TASK_GATE):
        with consuming.gate_closed():
            tell(db, "incidents/first")
            until(consuming.at_the_gate, "the first fact is in hand")
            tell(db, "tasks/a", kind=NORMAL, times=3)
            until(lambda: delivered(db), "the tasks come before the incidents")
            tell(db, "incidents/many", times=20)
            until(lambda: delivered(db), "all facts have left the house")
            until(lambda: all_in_hand(consuming), "and are in the consumer's hands")
        consuming.wait_handled(17)
        until(consuming.at_the_gate, "tasks are in hand, whole batches of incidents were acknowledged")
        consuming.process.kill()
    consuming.start()
    assert sorted(consuming.wait_handled(24)) == ["incidents/first"] + ["incidents/many"] * 20 + ["tasks/a"] * 3


def test_facts_of_one_thing_keep_their_order_though_different_handlers_take_them(
    db: TestDatabase, consuming: Hosting
) -> None:
    with consuming.gate_closed():
        for number in range(40):
            tell(db, "incidents/a", kind=(URGENT, AlarmAttached)[number % 2])
        until(lambda: delivered(db), "all facts have left the house")
    consuming.wait_handled(40)
    assert [message.region.version for message in consuming.db.messages()] == list(range(1, 41))


def test_killed_in_the_middle_of_a_batch_it_is_done_once_by_who_comes(db: TestDatabase, consuming: Hosting) -> None:
    with consuming.gate_closed():
        tell(db, "incidents/a", times=5)
        until(consuming.at_the_gate, "a batch is in hand")
        consuming.process.kill()
    consuming.start()
    assert consuming.wait_handled(5) == ["incidents/a"] * 5
    consuming.wait_ready()


def test_a_connection_that_is_cut_leaves_no_process_without_consumers(
    db: TestDatabase, servers: Servers, consuming: Hosting
) -> None:
    broker = Management(servers.amqp_management)
    with consuming.gate_closed():
        tell(db, "incidents/a", times=40)
        until(lambda: delivered(db), "all facts have left the house")
        until(consuming.at_the_gate, "a batch is in hand, others wait in the process")
        user = Connection(consuming.amqp_url).userid
        mine = until(
            lambda: [each["name"] for each in broker.get("connections") if each.get("user") == user],
            "the broker tells of the connection",
        )
        for name in mine:
            broker.delete("connections", name)
        until(lambda: consuming.says("consumer.lost"), "it was noticed")
        consuming.wait_ready()
        until(lambda: all_in_hand(consuming), "all facts have come again")
        assert consuming.at_the_gate() == 1, "while its batch is in hand, no handler runs beside itself"
    assert len(consuming.wait_handled(40)) == 40
    tell(db, "incidents/next")
    consuming.wait_handled(41)
    assert len(consuming.handled()) == 41


def test_a_service_that_waits_for_its_store_keeps_no_other_of_its_process_waiting(
    db: TestDatabase,
    database: DatabaseFactory,
    broker: Brokers,
    hosting: Hosting,
    relaying: Callable[..., Relay],
) -> None:
    neighbour, url = database("people"), broker(NEIGHBOUR)[NEIGHBOUR]
    hosting.host("neighbours", **environ_of(NEIGHBOUR, neighbour.urls.app, url))
    relaying()
    hosting.start()
    hosting.wait_ready()
    with hosting.gate_closed():
        tell(db, "incidents/a")
        until(hosting.at_the_gate, "one service waits")
        until(lambda: len(neighbour.messages()) == 1, "the other has handled the fact")
        assert hosting.at_the_gate()
        assert hosting.process.is_ready(), "the hub turns"


def test_a_batch_that_never_ends_does_not_keep_a_process_from_leaving(db: TestDatabase, consuming: Hosting) -> None:
    with consuming.gate_closed():
        tell(db, "incidents/a")
        until(consuming.at_the_gate, "a batch is in hand")
        consuming.ask_to_end()
        until(lambda: not consuming.process.running, "it has left after its grace")
    consuming.start()
    assert consuming.wait_handled(1) == ["incidents/a"]


def test_of_several_brokers_the_next_is_tried_and_no_password_is_said(
    db: TestDatabase, urls: dict[str, str], hosting: Hosting, relaying: Callable[..., Relay]
) -> None:
    gone = [f"amqp://made-up:canary-password-{number}@127.0.0.1:{free_port()}/" for number in range(2)]
    hosting.amqp_url = ";".join([*gone, urls[LISTENER]])
    hosting.host("consumer")
    relaying()
    hosting.start()
    tell(db, "incidents/a")
    assert hosting.wait_handled(1) == ["incidents/a"]
    password = Connection(urls[LISTENER]).password
    assert password
    assert not hosting.says("canary-password")
    assert not hosting.says(password)


def test_a_handler_that_outlives_the_brokers_patience_never_runs_beside_itself(
    db: TestDatabase, servers: Servers, hosting: Hosting, relaying: Callable[..., Relay]
) -> None:
    if not isinstance(servers.rabbitmq, BinaryServer):
        pytest.skip("only a node of this machine can be made impatient")
    relaying()
    _patience(servers.rabbitmq, timeout_ms=1_500, look_ms=500)
    try:
        hosting.start()
        hosting.wait_ready()
        with hosting.gate_closed():
            tell(db, "incidents/a", times=5)
            until(hosting.at_the_gate, "a batch is in hand")
            until(lambda: hosting.times("consumer.lost") >= 2, "the broker took it back, twice")
            hosting.wait_ready()
            assert hosting.at_the_gate() == 1
        assert hosting.wait_handled(5) == ["incidents/a"] * 5
    finally:
        _patience(servers.rabbitmq, timeout_ms=1_800_000, look_ms=60_000)


def _patience(broker: BinaryServer, *, timeout_ms: int, look_ms: int) -> None:
    """How long the broker waits for an acknowledgement, and how often it looks; for channels that open from now on."""
    patience = {"consumer_timeout": timeout_ms, "channel_tick_interval": look_ms}
    words = ", ".join(f"application:set_env(rabbit, {name}, {value})" for name, value in patience.items())
    control(broker, "eval", f"{words}.")
