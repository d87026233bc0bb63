"""A fact is handled once; what fails waits in sight; what cannot be read is kept."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from chassis.context import Context
from chassis.envelope import Envelope, to_wire
from chassis.ids import uuid7
from chassis.subscriber import Delivery, Handlers
from chassis.work import Work
from eldercare.people.v1.events_pb2 import ProviderChanged, RegionChanged
from eldercare.people.v1.person_pb2 import Region
from suite.servers import Servers
from suite.testing import TestDatabase


def region(name: str = "regions/demo-city") -> RegionChanged:
    return RegionChanged(region=Region(name=name))


def retell(work: Work, message: RegionChanged) -> None:
    work.publish(message, aggregate=message.region.name)


HANDLERS: Handlers = {RegionChanged: retell}


def test_a_fact_that_comes_twice_is_done_once(db: TestDatabase) -> None:
    event_id = db.deliver(HANDLERS, region(), aggregate="regions/demo-city")
    db.deliver(HANDLERS, region(), aggregate="regions/demo-city", id=event_id)
    assert len(db.events(RegionChanged)) == 1


def test_what_follows_is_caused_by_the_fact_and_belongs_to_its_story(db: TestDatabase) -> None:
    event_id = db.deliver(HANDLERS, region(), aggregate="regions/demo-city", correlation="story-1")
    envelope, _ = db.events()[0]
    assert (envelope.context.causation, envelope.correlation) == (str(event_id), "story-1")


def test_a_failing_fact_is_set_aside_and_later_ones_of_its_aggregate_wait(db: TestDatabase) -> None:
    def fail(work: Work, message: RegionChanged) -> None:
        raise ValueError("not today")

    db.deliver({RegionChanged: fail}, region(), aggregate="regions/a")
    db.deliver(HANDLERS, region(), aggregate="regions/a")
    db.deliver(HANDLERS, region("regions/b"), aggregate="regions/b")
    assert [row["reason"] for row in db.set_aside()] == ["ValueError", "WAITS"]
    assert [message.region.name for message in db.messages(RegionChanged)] == ["regions/b"]


def test_set_aside_facts_are_retried_in_order_once_the_cause_is_gone(db: TestDatabase) -> None:
    def fail(work: Work, message: RegionChanged) -> None:
        raise ValueError("not today")

    db.deliver({RegionChanged: fail}, region("regions/first"), aggregate="regions/a")
    db.deliver(HANDLERS, region("regions/second"), aggregate="regions/a")
    db.push_clock(seconds=5)
    db.run_retries(HANDLERS)
    assert [message.region.name for message in db.messages(RegionChanged)] == ["regions/first", "regions/second"]
    assert db.set_aside() == []


def test_a_fact_that_keeps_failing_is_parked_and_shown(db: TestDatabase) -> None:
    def fail(work: Work, message: RegionChanged) -> None:
        raise ValueError("never")

    db.deliver({RegionChanged: fail}, region(), aggregate="regions/a")
    for _ in range(12):
        db.push_clock(minutes=10)
        db.run_retries({RegionChanged: fail})
    (row,) = db.set_aside()
    assert row["parked_at"] is not None
    assert row["attempts"] == 10


def test_bytes_that_cannot_be_read_are_parked_at_once(db: TestDatabase) -> None:
    db.deliver_raw(HANDLERS, Delivery(headers={"ce-type": "x"}, content_type="text/plain", body=b"\xff\x00"))
    (row,) = db.set_aside()
    assert (row["reason"], bytes(row["body"])) == ("UNREADABLE", b"\xff\x00")


def test_a_type_nobody_knows_here_waits_for_a_newer_release(db: TestDatabase) -> None:
    db.deliver(HANDLERS, ProviderChanged(), aggregate="providers/x")
    assert [row["reason"] for row in db.set_aside()] == ["UnknownType"]


def test_a_broken_body_is_set_aside_and_its_neighbours_are_done(db: TestDatabase) -> None:
    def wire(body: bytes, aggregate: str) -> Delivery:
        message = to_wire(_envelope(db, aggregate), body)
        return Delivery(headers=message.headers, content_type=message.content_type, body=message.body)

    db.deliver_raw(HANDLERS, wire(b"\xff\xff\xff", "regions/a"), wire(region().SerializeToString(), "regions/b"))
    assert len(db.set_aside()) == 1
    assert len(db.events(RegionChanged)) == 1


def test_the_runtime_role_cannot_rewrite_the_journal_and_the_chain_shows_who_did(db: TestDatabase) -> None:
    db.deliver(HANDLERS, region(), aggregate="regions/a")
    for statement in ("UPDATE events SET actor = 'x'", "DELETE FROM events", "UPDATE streams SET sequence = 9"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.connection.execute(statement)
    partitions = db.rows(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'events'::regclass"
    )
    for row in partitions:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.connection.execute(SQL("UPDATE {} SET actor = 'x'").format(Identifier(row["name"])))
    assert partitions
    assert db.rows("SELECT * FROM broken_events()") == []
    with psycopg.connect(db.urls.owner, autocommit=True) as owner:
        owner.execute("UPDATE events SET region = 'regions/elsewhere'")
    assert len(db.rows("SELECT * FROM broken_events()")) == 1


@pytest.mark.parametrize("removed", [1, 2, 3], ids=["first", "middle", "last"])
def test_a_fact_taken_out_of_the_journal_is_noticed(db: TestDatabase, removed: int) -> None:
    for _ in range(3):
        db.deliver(HANDLERS, region(), aggregate="regions/a")
    with psycopg.connect(db.urls.owner, autocommit=True) as owner:
        owner.execute("DELETE FROM events WHERE sequence = %s", [removed])
    assert db.rows("SELECT * FROM broken_events()")


def test_a_claim_is_found_again_after_the_month_has_changed(db: TestDatabase) -> None:
    event_id = db.deliver(HANDLERS, region(), aggregate="regions/a")
    db.push_clock(days=40)
    db.deliver(HANDLERS, region(), aggregate="regions/a", id=event_id)
    assert len(db.events(RegionChanged)) == 1


def test_an_id_of_another_version_is_still_claimed_once(db: TestDatabase) -> None:
    event_id = uuid4()
    for _ in range(2):
        db.deliver(HANDLERS, region(), aggregate="regions/a", id=event_id)
    assert len(db.events(RegionChanged)) == 1


@pytest.mark.parametrize(
    "headers",
    [{"ce-type": "a\0b"}, {"x": b"\xff\xfe"}, {"ce-id": "no uuid"}, {"nested": {"deep": [1, 2]}}, {}],
    ids=["nul", "bytes", "no uuid", "table", "none"],
)
def test_whatever_headers_come_the_message_is_kept_and_its_neighbours_are_done(
    db: TestDatabase, headers: dict[str, object]
) -> None:
    good = to_wire(_envelope(db, "regions/good"), region().SerializeToString())
    neighbour = Delivery(headers=good.headers, content_type=good.content_type, body=good.body)
    db.deliver_raw(HANDLERS, Delivery(headers=headers, content_type="application/\0", body=b"\0"), neighbour)
    assert [row["reason"] for row in db.set_aside()] == ["UNREADABLE"]
    assert len(db.events(RegionChanged)) == 1


def test_a_fact_with_a_name_that_cannot_be_stored_is_kept(db: TestDatabase) -> None:
    wire = to_wire(_envelope(db, "regions/\0"), region().SerializeToString())
    db.deliver_raw(HANDLERS, Delivery(headers=wire.headers, content_type=wire.content_type, body=wire.body))
    assert [row["reason"] for row in db.set_aside()] == ["UNREADABLE"]


def test_a_fact_that_was_routed_as_another_ones_is_parked(db: TestDatabase) -> None:
    """Who may publish on an exchange cannot speak for another service by what it writes into a header."""
    wire = to_wire(_envelope(db, "regions/a"), region().SerializeToString())
    told = Delivery(headers=wire.headers, content_type=wire.content_type, body=wire.body)
    db.deliver_raw(HANDLERS, replace(told, key="eldercare.order.v1.TaskDone"))
    assert [(row["reason"], row["error"]) for row in db.set_aside()] == [
        ("UNREADABLE", "was routed as eldercare.order.v1.TaskDone")
    ]
    db.deliver_raw(HANDLERS, replace(told, key="eldercare.people.v1.RegionChanged"))
    assert len(db.events(RegionChanged)) == 1


def test_a_handler_that_waits_too_long_for_a_row_is_set_aside_and_its_neighbours_are_done(db: TestDatabase) -> None:
    def wait(work: Work, message: RegionChanged) -> None:
        work.run("SET LOCAL lock_timeout = '10ms'")
        work.run("SELECT pg_advisory_xact_lock(4711)")

    with psycopg.connect(db.urls.app) as neighbour:
        neighbour.execute("SELECT pg_advisory_lock(4711)")
        db.deliver({RegionChanged: wait}, region(), aggregate="regions/a")
    assert [row["reason"] for row in db.set_aside()] == ["LockNotAvailable"]


def test_a_deadlock_is_redone_at_once_and_costs_no_attempt(db: TestDatabase) -> None:
    tries = []

    def deadlock_once(work: Work, message: RegionChanged) -> None:
        tries.append(message.region.name)
        if len(tries) == 1:
            raise psycopg.errors.DeadlockDetected("made up")
        retell(work, message)

    db.deliver({RegionChanged: deadlock_once}, region(), aggregate="regions/a")
    assert (len(tries), len(db.events(RegionChanged)), db.set_aside()) == (2, 1, [])


def test_of_two_that_wait_for_each_other_ours_is_redone_and_both_are_done(db: TestDatabase, postgres: Servers) -> None:
    ours, theirs = "SELECT pg_advisory_xact_lock(1)", "SELECT pg_advisory_xact_lock(2)"
    tries: list[str] = []

    def cross(work: Work, message: RegionChanged) -> None:
        tries.append(message.region.name)
        work.run(ours)
        if len(tries) == 1:
            crossing.append(beside.submit(cross_us))
        work.run(theirs)
        retell(work, message)

    def cross_us() -> None:
        neighbour.execute(ours)
        neighbour.rollback()

    crossing: list[Future[None]] = []
    there = psycopg.connect(postgres.postgres_url, dbname=db.connection.info.dbname)
    with there as neighbour, ThreadPoolExecutor(1) as beside:
        neighbour.execute("SET deadlock_timeout = '1min'")  # ours looks first, and is the one that is ended
        neighbour.execute(theirs)
        db.deliver({RegionChanged: cross}, region(), aggregate="regions/a")
        crossing[0].result()
    assert (len(tries), len(db.events(RegionChanged)), db.set_aside()) == (2, 1, [])


def _envelope(db: TestDatabase, aggregate: str) -> Envelope:
    return Envelope(
        id=uuid7(),
        type="eldercare.people.v1.RegionChanged",
        source="//eldercare/people",
        aggregate=aggregate,
        sequence=1,
        time=db.now(),
        context=Context(),
    )
