"""A timer fires once, survives anything, and what keeps failing is parked in sight."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest

from chassis.context import Context
from chassis.database import connect
from chassis.loops import Loop
from chassis.timers import Timer, TimerHandler, TimerRunner
from chassis.work import Work
from eldercare.people.v1.events_pb2 import RegionChanged
from suite.servers import Servers
from suite.testing import TestDatabase
from suite.waiting import until

KIND = "deadline"


def set_timers(db: TestDatabase, *keys: str, minutes: float = 1) -> None:
    with db.work(context=Context(correlation="story-1", region="regions/demo-city")) as work:
        for key in keys:
            work.set_timer(key, KIND, work.now + timedelta(minutes=minutes), {"key": key})


def note(work: Work, timer: Timer) -> None:
    work.publish(RegionChanged(), aggregate=f"timers/{timer.payload['key']}")


def fail(work: Work, timer: Timer) -> None:
    note(work, timer)
    raise ValueError("not today")


def fired(db: TestDatabase) -> list[str]:
    return [envelope.aggregate for envelope, _ in db.events()]


def test_a_timer_waits_for_its_time(db: TestDatabase) -> None:
    set_timers(db, "a")
    assert db.run_timers({KIND: note}) == 0
    db.push_clock(minutes=1)
    assert db.run_timers({KIND: note}) == 1
    assert db.run_timers({KIND: note}) == 0


def test_what_a_timer_does_belongs_to_the_story_that_set_it(db: TestDatabase) -> None:
    set_timers(db, "a", minutes=0)
    db.run_timers({KIND: note})
    ((envelope, _),) = db.events()
    assert (envelope.correlation, envelope.region) == ("story-1", "regions/demo-city")
    assert (envelope.context.causation, envelope.actor) == ("timers/a", "services/people")


def test_a_timer_set_again_moves_and_a_cancelled_one_never_fires(db: TestDatabase) -> None:
    set_timers(db, "moved", "cancelled")
    set_timers(db, "moved", minutes=10)
    with db.work() as work:
        work.cancel_timer("cancelled")
        work.cancel_timer("unknown")
    db.push_clock(minutes=5)
    assert db.run_timers({KIND: note}) == 0
    db.push_clock(minutes=5)
    assert db.run_timers({KIND: note}) == 1


def test_four_racing_runners_fire_each_timer_once(db: TestDatabase) -> None:
    keys = [f"{number:02}" for number in range(40)]
    set_timers(db, *keys, minutes=0)

    def race(_: int) -> None:
        runner = TimerRunner(db.urls.app, "people", {KIND: note})
        with connect(db.urls.app, name="racer") as connection:
            while runner.tick(connection):
                pass

    with ThreadPoolExecutor(4) as racers:
        list(racers.map(race, range(4)))
    assert sorted(fired(db)) == [f"timers/{key}" for key in keys]


def test_a_failing_timer_undoes_what_it_did_waits_and_is_parked_in_sight(db: TestDatabase) -> None:
    set_timers(db, "bad", minutes=0)
    assert db.run_timers({KIND: fail}) == 1
    (row,) = db.rows("SELECT attempts, error, due_at > app_now() AS later FROM timers")
    assert row == {"attempts": 1, "error": "ValueError('not today')", "later": True}
    for _ in range(10):
        db.push_clock(minutes=2)
        db.run_timers({KIND: fail})
    (row,) = db.rows("SELECT attempts, parked_at FROM timers")
    assert row["attempts"] == 8
    assert row["parked_at"]
    assert fired(db) == []


@pytest.mark.parametrize(
    "failure", [psycopg.errors.QueryCanceled("made up"), psycopg.errors.LockNotAvailable("made up")]
)
def test_a_timer_that_always_times_out_does_not_hold_up_the_others(db: TestDatabase, failure: Exception) -> None:
    set_timers(db, "bad", minutes=0)
    set_timers(db, "good", minutes=0.001)
    db.push_clock(minutes=1)

    def often(work: Work, timer: Timer) -> None:
        if timer.key == "bad":
            raise failure
        note(work, timer)

    db.run_timers({KIND: often})
    assert fired(db) == ["timers/good"]


def test_a_deadlock_is_redone_at_once_and_costs_no_attempt(db: TestDatabase) -> None:
    set_timers(db, "a", minutes=0)
    tries: list[str] = []

    def collide_once(work: Work, timer: Timer) -> None:
        tries.append(timer.key)
        if len(tries) == 1:
            raise psycopg.errors.DeadlockDetected("made up")
        note(work, timer)

    db.run_timers({KIND: collide_once})
    assert (len(tries), fired(db)) == (2, ["timers/a"])


@pytest.fixture
def loop(db: TestDatabase) -> Callable[[TimerHandler], Loop]:
    def make(handler: TimerHandler) -> Loop:
        tick = TimerRunner(db.urls.app, "people", {KIND: handler}).tick
        loop = Loop(db.urls.app, name="people.timers", channel="timers", tick=tick, poll_s=0.2)
        loop.start()
        return loop

    return make


def test_a_timer_fires_after_the_database_was_away(
    db: TestDatabase, servers: Servers, loop: Callable[[TimerHandler], Loop]
) -> None:
    running = loop(note)
    until(lambda: running.is_connected, "the loop runs")
    servers.postgres.kill()
    until(lambda: not running.is_connected, "the loss was noticed")
    servers.postgres.start()
    db.reconnect()
    set_timers(db, "a", minutes=0)
    until(lambda: fired(db) == ["timers/a"], "the timer fires")
    running.stop()
    running.join()
    assert running.failure is None


def test_a_ring_wakes_a_loop_that_would_look_in_an_hour_and_stopping_does_too(db: TestDatabase) -> None:
    tick = TimerRunner(db.urls.app, "people", {KIND: note}).tick
    running = Loop(db.urls.app, name="people.timers", channel="timers", tick=tick, poll_s=3600)
    running.start()
    until(lambda: running.is_connected, "the loop waits")
    set_timers(db, "a", minutes=0)
    db.connection.execute("NOTIFY timers")
    until(lambda: fired(db) == ["timers/a"], "the timer fires")
    running.stop()
    until(lambda: not running.is_alive(), "the loop has ended", patience_s=5)
