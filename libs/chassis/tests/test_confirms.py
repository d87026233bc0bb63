"""Every fact has a confirm of its own: a broker that refuses, or answers late, is not believed for another one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from kombu.connection import Connection

from chassis.relay import Relay
from chassis.topology import topology_of
from libs.chassis.tests.telling import LISTENER, NORMAL, URGENT, Listener, tell
from suite.servers import Servers
from suite.servers.management import Management
from suite.testing import TestDatabase
from suite.waiting import until

Relaying = Callable[..., Relay]
Listening = Callable[..., Listener]


def declare_queues(url: str) -> None:
    """The listener's queues, with nobody who empties them; the exchange must be there."""

    def declared() -> bool:
        with Connection(url) as broker:
            try:
                topology_of(LISTENER, (URGENT, NORMAL)).declare(broker.channel())
            except broker.channel_errors:
                return False
        return True

    until(declared, "the queues are bound")


@contextmanager
def full(lane: str, db: TestDatabase, servers: Servers, url: str) -> Iterator[list[str]]:
    """While it lasts, the lane's queue refuses; a queue notices late that it is full, so yields what it took."""
    broker, vhost = Management(servers.amqp_management), unquote(urlsplit(url).path[1:])
    told: list[str] = []

    def refuses() -> bool:
        told.append(f"filling/{len(told)}")
        tell(db, told[-1], kind=NORMAL if lane == "normal" else URGENT)
        return "NACKED" in kept(db)

    limit = {"pattern": rf"\.{lane}\.", "apply-to": "queues", "definition": {"max-length": 1}}
    broker.put("policies", vhost, "full", **limit)
    until(refuses, "the queue is full")
    yield told
    broker.delete("policies", vhost, "full")
    until(lambda: all_gone(db), "what was refused is told now")


def all_gone(db: TestDatabase) -> bool:
    db.push_clock(seconds=30)
    return not kept(db)


def kept(db: TestDatabase) -> dict[str, str]:
    """What has not left the house, and why: error → aggregate."""
    return {row["error"]: row["aggregate"] for row in db.rows("SELECT error, aggregate FROM outbox ORDER BY position")}


def test_what_a_full_queue_refuses_among_what_it_takes_is_kept_and_told_later(
    db: TestDatabase, servers: Servers, urls: dict[str, str], relaying: Relaying, listening: Listening
) -> None:
    relaying()
    declare_queues(urls[LISTENER])
    with full("urgent", db, servers, urls[LISTENER]) as told:
        for number in range(10):
            tell(db, f"incidents/{number}")
            tell(db, f"tasks/{number}", kind=NORMAL)
        until(lambda: kept(db) == {"NACKED": "incidents/9"}, "the tasks were taken, the incidents refused")
    listening().listen(times=len(told) + 20)


def test_a_confirm_that_comes_late_is_not_taken_for_the_next_fact(
    db: TestDatabase, servers: Servers, urls: dict[str, str], relaying: Relaying, listening: Listening
) -> None:
    relay = relaying(confirm_s=0.5)
    declare_queues(urls[LISTENER])
    with full("normal", db, servers, urls[LISTENER]) as told:
        servers.rabbitmq.freeze()
        try:
            tell(db, "incidents/confirmed-late", times=3)
            until(lambda: relay.is_lost, "the relay no longer waits for a confirm")
            tell(db, "tasks/refused", kind=NORMAL)
        finally:
            servers.rabbitmq.thaw()
        until(lambda: kept(db) == {"NACKED": "tasks/refused"}, "the incidents were confirmed, the task refused")
    listener = listening()
    listener.listen(times=len(told) + 4)
    assert listener.sequences("tasks/refused") == [1]
