"""Every call that runs has a session, and a server that went and came back is used again at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from chassis.context import Context
from chassis.database import Database
from chassis.rpc.server import THREADS
from suite.testing import DatabaseFactory
from suite.waiting import until

SESSIONS = 6


def test_a_call_after_all_sessions_were_ended_is_served(database: DatabaseFactory) -> None:
    db = database("people")
    pool = Database(db.urls.app, name="ended", size=SESSIONS)
    pool.open()
    together = Barrier(SESSIONS)

    def ask() -> None:
        with pool.transaction(Context()) as work:
            work.one("SELECT 1")
            together.wait(20)

    with ThreadPoolExecutor(SESSIONS) as callers:
        list(callers.map(lambda _: ask(), range(SESSIONS)))
    db.connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ended'")
    until(lambda: not db.rows("SELECT 1 FROM pg_stat_activity WHERE application_name = 'ended'"), "all have left")
    with pool.transaction(Context()) as work:
        assert work.one("SELECT 1 AS one") == {"one": 1}
    pool.close()


def test_as_many_calls_as_run_at_once_have_a_session_each(database: DatabaseFactory) -> None:
    pool = Database(database("people").urls.app, name="busy")
    pool.open()
    together = Barrier(THREADS)

    def ask(_: int) -> None:
        with pool.transaction(Context()) as work:
            work.one("SELECT 1")
            together.wait(20)

    with ThreadPoolExecutor(THREADS) as callers:
        list(callers.map(ask, range(THREADS)))
    pool.close()
