"""What was written leaves the house: in order, confirmed, and never lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from chassis import relay as relay_module
from chassis.database import connect
from chassis.relay import LOCK, Relay
from libs.chassis.tests.telling import NORMAL, URGENT, Listener, tell
from suite.servers import Servers
from suite.servers.rabbitmq import control
from suite.servers.server import BinaryServer
from suite.testing import TestDatabase
from suite.waiting import until

Relaying = Callable[..., Relay]
Listening = Callable[..., Listener]


def waiting_rows(db: TestDatabase) -> list[dict[str, object]]:
    return db.rows("SELECT aggregate, attempts, error, parked_at FROM outbox ORDER BY position")


def test_facts_of_one_thing_arrive_in_order_with_hundreds_in_flight(
    db: TestDatabase, relaying: Relaying, listening: Listening
) -> None:
    relaying()
    listener, names = listening(), [f"incidents/{number}" for number in range(40)]
    with ThreadPoolExecutor(4) as writers:
        list(writers.map(lambda name: tell(db, name, times=8), names))
    listener.listen(times=320)
    assert {name: listener.sequences(name) for name in names} == {name: list(range(1, 9)) for name in names}
    until(lambda: not waiting_rows(db), "the outbox is empty")


def test_listeners_can_come_before_the_first_fact(relaying: Relaying, listening: Listening) -> None:
    relaying()
    listening()


def test_urgent_facts_pass_a_flood_of_others_and_keep_their_own_order(
    db: TestDatabase, relaying: Relaying, listening: Listening
) -> None:
    relay, listener = relaying(), listening()
    relay.loop.stop()
    relay.loop.join()
    with db.work() as work:
        for number in range(2 * relay_module.BATCH):
            work.publish(NORMAL(), aggregate=f"tasks/{number}")
    tell(db, "incidents/a", times=3)
    with connect(db.urls.app, name="relay") as connection:
        relay.tick(connection)
    listener.listen(times=relay_module.BATCH)
    assert listener.sequences("incidents/a") == [1, 2, 3]
    assert {row["aggregate"] for row in waiting_rows(db)} == {
        f"tasks/{number}" for number in range(relay_module.BATCH - 3, 2 * relay_module.BATCH)
    }


def test_a_fact_nobody_listens_for_is_kept_and_holds_back_only_its_own_thing(
    db: TestDatabase, relaying: Relaying, listening: Listening
) -> None:
    relaying()
    listener = listening((URGENT,))
    tell(db, "tasks/a", kind=NORMAL, times=2)
    tell(db, "incidents/b")
    listener.listen()
    until(lambda: waiting_rows(db)[0]["attempts"], "the fact was tried")
    assert [(row["aggregate"], row["error"]) for row in waiting_rows(db)] == [
        ("tasks/a", "UNROUTABLE"),
        ("tasks/a", ""),
    ]
    listener.close()
    listener = listening((URGENT, NORMAL))
    db.push_clock(minutes=1)
    listener.listen(times=2)
    assert listener.sequences("tasks/a") == [1, 2]


def test_a_fact_that_is_refused_again_and_again_is_parked_and_shown(
    db: TestDatabase, relaying: Relaying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "ATTEMPTS", 2)
    tell(db, "tasks/a", kind=NORMAL)
    relaying()
    until(lambda: waiting_rows(db)[0]["attempts"] == 1, "it was tried once")
    db.push_clock(minutes=1)
    until(lambda: waiting_rows(db)[0]["parked_at"], "it is parked")


@pytest.mark.parametrize("rule", ["x" * 200_000, "nul\0"], ids=["broker closes on it", "cannot be framed"])
def test_a_fact_the_broker_chokes_on_holds_back_only_its_own_thing(
    db: TestDatabase, relaying: Relaying, listening: Listening, rule: str
) -> None:
    tell(db, "incidents/good", times=3)
    if "\0" in rule:
        _plant_a_type_that_cannot_be_framed(db)
    else:
        tell(db, "incidents/bad", rule=rule)
    tell(db, "incidents/other", times=3)
    relaying()
    listener = listening()
    listener.listen(times=6)
    assert (listener.sequences("incidents/good"), listener.sequences("incidents/other")) == ([1, 2, 3], [1, 2, 3])
    until(lambda: [row["aggregate"] for row in waiting_rows(db)] == ["incidents/bad"], "only the bad one is kept")
    assert waiting_rows(db)[0]["error"]


def _plant_a_type_that_cannot_be_framed(db: TestDatabase) -> None:
    with db.work() as work:
        work.publish(URGENT(), aggregate="incidents/bad")
    with psycopg.connect(db.urls.owner, autocommit=True) as owner:
        owner.execute("UPDATE events SET type = repeat('x', 300) WHERE aggregate = 'incidents/bad'")


def test_nothing_is_lost_when_the_broker_is_killed_in_mid_flight(
    db: TestDatabase, servers: Servers, relaying: Relaying, listening: Listening
) -> None:
    relaying(confirm_s=2.0)
    listener, names = listening(), [f"incidents/{number}" for number in range(10)]
    with ThreadPoolExecutor(2) as writers:
        written = [writers.submit(tell, db, name, times=20) for name in names]
        listener.listen(times=20)
        servers.rabbitmq.kill()
        for each in written:
            each.result()
        servers.rabbitmq.start()
    listener.listen(times=200)
    assert {name: listener.sequences(name) for name in names} == {name: list(range(1, 21)) for name in names}
    until(lambda: not waiting_rows(db), "the outbox is empty")


def test_a_frozen_broker_is_given_up_on_and_used_again_when_it_thaws(
    db: TestDatabase, servers: Servers, relaying: Relaying, listening: Listening
) -> None:
    relay = relaying(confirm_s=0.5)
    listener = listening()
    servers.rabbitmq.freeze()
    try:
        tell(db, "incidents/a", times=3)
        until(lambda: relay.is_lost, "the relay no longer waits for a confirm")
        assert len(waiting_rows(db)) == 3
    finally:
        servers.rabbitmq.thaw()
    listener.listen(times=3)
    assert listener.sequences("incidents/a") == [1, 2, 3]


def test_a_broker_in_alarm_is_given_up_on_and_used_again_when_it_has_memory(
    db: TestDatabase, servers: Servers, relaying: Relaying, listening: Listening
) -> None:
    if not isinstance(servers.rabbitmq, BinaryServer):
        pytest.skip("only a node of this machine can be talked into an alarm")
    relay = relaying(confirm_s=0.5)
    listener = listening()
    control(servers.rabbitmq, "set_vm_memory_high_watermark", "0.000001")
    try:
        tell(db, "incidents/a", times=3)
        until(lambda: relay.is_lost, "the relay no longer waits for a confirm")
        assert waiting_rows(db), "it takes a first one, and then nothing"
    finally:
        control(servers.rabbitmq, "set_vm_memory_high_watermark", "0.3")
    listener.listen(times=3)
    assert listener.sequences("incidents/a") == [1, 2, 3]


def test_of_two_relays_one_is_active_and_the_other_takes_over(
    db: TestDatabase, relaying: Relaying, listening: Listening
) -> None:
    first = relaying()
    until(lambda: first.is_active, "the first relay is active")
    second = relaying()
    listener = listening()
    tell(db, "incidents/a", times=3)
    listener.listen(times=3)
    assert not second.is_active
    first.loop.stop()
    tell(db, "incidents/a", times=3)
    listener.listen(times=6)
    until(lambda: second.is_active, "the other is active")
    assert listener.sequences("incidents/a") == [1, 2, 3, 4, 5, 6]
    assert len(listener.heard) == 6


def test_a_relay_that_is_frozen_does_not_keep_the_lock(db: TestDatabase, relaying: Relaying) -> None:
    frozen = connect(db.urls.app, name="frozen", idle_session_timeout="1s")
    frozen.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    relay = relaying()
    until(lambda: relay.is_active, "the server ended the silent session and the other relay is active")


def test_a_relay_goes_on_after_its_session_was_ended(
    db: TestDatabase, servers: Servers, relaying: Relaying, listening: Listening
) -> None:
    relay = relaying()
    listener = listening()
    until(lambda: relay.is_active, "the relay is active")
    with psycopg.connect(servers.postgres_url, autocommit=True) as superuser:
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'order.relay'"
        )
    tell(db, "incidents/a")
    listener.listen()
