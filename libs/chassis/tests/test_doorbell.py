"""The bell rings at most once a millisecond, and nobody's ring is lost."""

from concurrent.futures import ThreadPoolExecutor

from chassis.context import Context
from chassis.database import BELL_INTERVAL_S, Database, Doorbell, connect
from eldercare.people.v1.events_pb2 import RegionChanged
from suite.servers import Servers
from suite.testing import TestDatabase


def test_rings_are_gathered_and_none_is_lost(db: TestDatabase) -> None:
    bell = Doorbell()
    with connect(db.urls.app, name="listener") as listener:
        listener.execute("LISTEN outbox")

        def ring(_: int) -> None:
            with connect(db.urls.app, name="ringer") as connection:
                for _ in range(50):
                    bell.ring(connection, {"outbox"})

        with ThreadPoolExecutor(4) as ringers:
            list(ringers.map(ring, range(4)))
        assert 1 <= len(list(listener.notifies(timeout=0.2))) <= 200
        with connect(db.urls.app, name="ringer") as connection:
            bell.ring(connection, {"outbox"})
        assert len(list(listener.notifies(timeout=5, stop_after=1))) == 1


def test_one_who_promised_rings_for_all_who_came_meanwhile() -> None:
    bell = Doorbell()
    waits = [bell._wait_of("outbox") for _ in range(5)]
    assert waits[0] == 0.0
    assert waits[1] is not None
    assert 0 < waits[1] <= BELL_INTERVAL_S
    assert waits[2:] == [None, None, None]


def test_each_committed_transaction_is_heard(db: TestDatabase) -> None:
    database = Database(db.urls.app, name="people.core")
    database.open()
    with connect(db.urls.app, name="listener") as listener:
        listener.execute("LISTEN outbox")
        for number in range(5):
            with database.transaction(Context()) as work:
                work.publish(RegionChanged(), aggregate=f"regions/{number}")
            assert list(listener.notifies(timeout=5, stop_after=1))
    database.close()


def test_an_effect_wakes_only_those_who_make_its_kind(db: TestDatabase) -> None:
    database = Database(db.urls.app, name="people.core")
    database.open()
    with connect(db.urls.app, name="caller") as caller, connect(db.urls.app, name="mailer") as mailer:
        caller.execute('LISTEN "effects.call"')
        mailer.execute('LISTEN "effects.mail"')
        with database.transaction(Context()) as work:
            work.request_effect("calls/1", "call", {})
        assert list(caller.notifies(timeout=5, stop_after=1))
        assert not list(mailer.notifies(timeout=0, stop_after=1))
    database.close()


def test_what_was_committed_stays_so_when_the_bell_cannot_ring(db: TestDatabase, servers: Servers) -> None:
    connection = connect(db.urls.app, name="ringer")
    servers.postgres.kill()
    servers.postgres.start()
    Doorbell().ring(connection, {"outbox"})


def test_what_is_written_rings_for_nobody_until_it_is_committed(db: TestDatabase) -> None:
    """A NOTIFY inside the transaction would make every commit of the cluster wait for every other."""
    with connect(db.urls.app, name="listener") as listener:
        rung = {"outbox", "timers", "effects.made-up"}
        for channel in (*rung, "over"):
            listener.execute(f'LISTEN "{channel}"'.encode())
        with db.work() as work:
            work.publish(RegionChanged(), aggregate="regions/a")
            work.set_timer("made-up", "made-up", work.now)
            work.request_effect("made-up", "made-up", {})
        db.connection.execute("NOTIFY over")
        assert next(listener.notifies(timeout=5)).channel == "over"
        assert work.rings == rung
