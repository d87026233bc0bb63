"""The consuming process: each fact once, the urgent ones first, and it always comes back."""

from collections.abc import Callable
from pathlib import Path

from kombu.connection import Connection
from kombu.messaging import Producer

from chassis.clock import wall_now
from chassis.context import Context
from chassis.envelope import CONTENT_TYPE, Envelope, to_wire
from chassis.ids import uuid7
from chassis.relay import Relay
from libs.chassis.tests.hosting.conftest import Hosting
from libs.chassis.tests.telling import NORMAL, SPEAKER, URGENT, tell
from suite.servers import Servers
from suite.testing import TestDatabase
from suite.waiting import until


def delivered(db: TestDatabase) -> bool:
    return not db.rows("SELECT 1 FROM outbox")


def forged() -> dict[str, str]:
    """A whole envelope that claims to be of a type it was not routed as."""
    claimed = Envelope(
        id=uuid7(),
        type="eldercare.order.v1.IncidentOpened",
        source="//eldercare/order",
        aggregate="incidents/forged",
        sequence=1,
        time=wall_now(),
        context=Context(),
    )
    return dict(to_wire(claimed, b"").headers)


def test_facts_are_handled_once_and_the_urgent_ones_first(db: TestDatabase, consuming: Hosting) -> None:
    with consuming.gate_closed():
        tell(db, "tasks/first", kind=NORMAL)
        until(consuming.at_the_gate, "the first fact is in hand")
        tell(db, "tasks/second", kind=NORMAL, times=20)
        tell(db, "incidents/urgent", kind=URGENT, times=20)
        until(lambda: delivered(db), "all facts have left the house")
        until(
            lambda: consuming.in_queue("urgent") + consuming.in_queue("normal") == 0, "all are in the consumer's hands"
        )
    handled = consuming.wait_handled(41)
    assert handled == ["tasks/first"] + ["incidents/urgent"] * 20 + ["tasks/second"] * 20


def test_who_is_asked_to_end_hands_on_in_order_what_waits_in_its_hands(
    db: TestDatabase, consuming: Hosting, tmp_path: Path
) -> None:
    following = Hosting(consuming.db, consuming.amqp_url, tmp_path, "following")
    following.start()
    following.wait_ready()
    names = [f"incidents/{number}" for number in range(100)]
    try:
        with consuming.gate_closed():
            for name in names:
                tell(db, name)
            until(lambda: delivered(db) and consuming.at_the_gate(), "more facts than one can hold are on their way")
            consuming.ask_to_end()
        assert consuming.wait_handled(len(names)) == names
    finally:
        following.process.stop(grace=10)


def test_bytes_that_cannot_be_read_are_parked_and_their_neighbours_are_handled(
    db: TestDatabase, consuming: Hosting, urls: dict[str, str]
) -> None:
    with Connection(urls[SPEAKER], transport_options={"confirm_publish": True}) as broker:
        producer = Producer(broker.channel())
        key, encoding = "eldercare.order.v1.TaskDone", "no-such-encoding"
        producer.publish(b"", exchange="order.events", routing_key=key, headers=forged(), content_type=CONTENT_TYPE)
        for headers in ({}, {"compression": "no such thing"}, {"ce-type": "a\0b"}):
            producer.publish(
                b"\xff\0",
                exchange="order.events",
                routing_key=key,
                headers=headers,
                content_type="text/\0",
                content_encoding=encoding,
            )
    tell(db, "tasks/a", kind=NORMAL)
    consuming.wait_handled(1)
    until(lambda: len(consuming.db.set_aside()) == 4, "all four are parked")
    assert {row["reason"] for row in consuming.db.set_aside()} == {"UNREADABLE"}
    until(lambda: consuming.in_queue("normal") == 0, "nothing comes back")


def test_a_consumer_whose_broker_was_killed_comes_back_and_consumes(
    db: TestDatabase, servers: Servers, consuming: Hosting
) -> None:
    tell(db, "incidents/a", times=3)
    consuming.wait_handled(3)
    with consuming.gate_closed():
        tell(db, "incidents/a")
        until(consuming.at_the_gate, "a batch is in hand while the connection is cut")
        servers.rabbitmq.kill()
        until(lambda: consuming.says("consumer.lost"), "it was noticed")
        assert not consuming.process.is_ready()
    servers.rabbitmq.start()
    tell(db, "incidents/a", times=3)
    assert len(consuming.wait_handled(7)) == 7
    consuming.wait_ready()


def test_a_consumer_that_the_broker_cancels_comes_back(
    db: TestDatabase, consuming: Hosting, urls: dict[str, str]
) -> None:
    with Connection(urls["notify"]) as broker:
        broker.channel().queue_delete("notify.urgent.0")
    tell(db, "incidents/a")
    consuming.wait_handled(1)


def test_a_frozen_broker_is_left_and_found_again(db: TestDatabase, servers: Servers, consuming: Hosting) -> None:
    servers.rabbitmq.freeze()
    try:
        until(lambda: not consuming.process.is_ready(), "the silence was noticed", patience_s=60)
    finally:
        servers.rabbitmq.thaw()
    tell(db, "incidents/a")
    consuming.wait_handled(1)


def test_while_the_database_is_away_facts_are_held_and_not_given_back(
    db: TestDatabase, servers: Servers, consuming: Hosting
) -> None:
    with consuming.gate_closed():
        tell(db, "incidents/a", times=3)
        until(consuming.at_the_gate, "a batch is in hand")
        until(lambda: delivered(db), "all facts have left the house")
        servers.postgres.kill()
        until(lambda: consuming.says("database.lost"), "it was noticed")
        assert consuming.in_queue("urgent") == 0
        servers.postgres.start()
    consuming.db.reconnect()
    assert consuming.wait_handled(3) == ["incidents/a"] * 3


def test_told_to_stop_it_finishes_the_batch_in_hand(db: TestDatabase, consuming: Hosting) -> None:
    with consuming.gate_closed():
        tell(db, "incidents/a")
        until(consuming.at_the_gate, "a batch is in hand")
        consuming.ask_to_end()
        tell(db, "incidents/b")
        until(lambda: delivered(db), "the next fact has left the house")
    until(lambda: not consuming.process.running, "it has left")
    assert consuming.process.returncode == 0
    assert consuming.handled() == ["incidents/a"]
    until(lambda: consuming.in_queue("urgent") == 1, "the next one waits for who comes")


def test_told_to_stop_it_does_not_wait_for_a_broker_that_hangs(servers: Servers, consuming: Hosting) -> None:
    servers.rabbitmq.freeze()
    try:
        consuming.ask_to_end()
        until(lambda: not consuming.process.running, "it has left")
    finally:
        servers.rabbitmq.thaw()


def test_it_starts_before_the_one_it_listens_to(
    db: TestDatabase, hosting: Hosting, relaying: Callable[..., Relay]
) -> None:
    hosting.start()
    until(lambda: hosting.says("consumer.lost"), "the exchange is not there yet")
    relaying()
    tell(db, "incidents/a")
    hosting.wait_handled(1)
    hosting.process.stop(grace=10)
