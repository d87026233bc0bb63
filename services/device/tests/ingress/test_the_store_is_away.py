"""Nothing is answered that is not stored; what was said meanwhile is stored when the store is back."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.sql import SQL, Identifier

from eldercare.device.v1.events_pb2 import AlarmRaised
from services.device.tests.cast import press
from services.device.tests.ingress.port import Line, OpenPort
from suite.servers import Servers
from suite.simulated_watch import SimulatedWatch
from suite.testing import TestDatabase
from suite.waiting import until


@contextmanager
def away(postgres: Servers, db: TestDatabase) -> Iterator[None]:
    """The server hangs up on everybody and lets nobody in, as one that was stopped."""
    name = Identifier(db.connection.info.dbname)
    with psycopg.connect(postgres.postgres_url, autocommit=True) as superuser:
        superuser.execute(SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [db.connection.info.dbname]
        )
        try:
            yield
        finally:
            superuser.execute(SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
    db.connection = psycopg.connect(db.urls.app, autocommit=True, row_factory=psycopg.rows.dict_row)


def test_without_a_store_there_is_no_answer_and_with_it_there_is_one_alarm(
    *, db: TestDatabase, worn: str, postgres: Servers, port: OpenPort, line: Line, watch: SimulatedWatch
) -> None:
    line.say(watch.lk(steps=1))
    line.listen(1)
    frame = press(watch, db.now())
    with away(postgres, db):
        line.heard = b""
        line.say(frame)
        port.wait_until_not_ready()
        line.say(frame)  # a watch that is not answered says it again
        assert port.probe("/livez") == (200, "ok")
        assert line.heard_nothing_yet()
    assert line.listen(2) == ["AL", "AL"]
    assert len(db.messages(AlarmRaised)) == 1
    port.wait_until_ready()


def test_a_store_that_hangs_in_mid_sentence_gets_no_answer_out_of_us(
    db: TestDatabase, worn: str, port: OpenPort, line: Line, watch: SimulatedWatch
) -> None:
    line.say(watch.lk(steps=1))
    line.listen(1)
    with psycopg.connect(db.urls.owner) as holding:
        holding.execute("LOCK TABLE frames IN ACCESS EXCLUSIVE MODE")
        line.heard = b""
        line.say(press(watch, db.now()))
        waiting = "SELECT 1 AS waits FROM pg_locks WHERE NOT granted AND relation = 'frames'::regclass"
        until(lambda: db.connection.execute(waiting).fetchone(), "ingress waits for the store")
        assert line.heard_nothing_yet()
        assert db.messages(AlarmRaised) == []
    assert line.listen(1) == ["AL"]
    assert len(db.messages(AlarmRaised)) == 1


def test_a_press_that_lost_its_line_while_the_store_was_away_is_still_an_alarm(
    db: TestDatabase, worn: str, postgres: Servers, port: OpenPort, watch: SimulatedWatch
) -> None:
    frame = press(watch, db.now())
    with away(postgres, db), port.line() as line:
        line.say(frame)
        port.wait_until_not_ready()
    until(lambda: len(db.messages(AlarmRaised)) == 1, "the press is an alarm")


def test_watches_that_talk_on_while_the_store_is_away_fill_no_memory_and_lose_no_press(
    *, db: TestDatabase, worn: str, postgres: Servers, port: OpenPort, line: Line, watch: SimulatedWatch
) -> None:
    """The line is no longer read once its share waits: the rest stays in the watch and in the network."""
    line.say(watch.lk(steps=1))
    line.listen(1)
    at = db.now()
    with away(postgres, db):
        line.say(*[watch.lk(steps=steps) for steps in range(2, 402)])
        port.wait_until_not_ready()
    line.say(press(watch, at))
    assert line.listen(402)[-1] == "AL"
    assert len(db.messages(AlarmRaised)) == 1
