"""The journal: one unbroken chain a thing, whoever writes at once; and what upkeep looks after."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest

from chassis.context import Context
from chassis.upkeep import Upkeep
from chassis.work import Work
from eldercare.people.v1.events_pb2 import RegionChanged
from libs.chassis.tests.telling import tell
from suite.audit import journals_are_whole
from suite.testing import TestDatabase


def test_four_writers_of_one_thing_leave_one_chain(db: TestDatabase) -> None:
    with ThreadPoolExecutor(4) as writers:
        list(writers.map(lambda _: tell(db, "regions/a", times=25, kind=RegionChanged), range(4)))
    chain = db.rows("SELECT sequence, position FROM events ORDER BY sequence")
    assert [row["sequence"] for row in chain] == list(range(1, 101))
    assert [row["position"] for row in chain] == sorted(row["position"] for row in chain)
    assert db.rows("SELECT event_id FROM outbox ORDER BY position") == [
        {"event_id": row["id"]} for row in db.rows("SELECT id FROM events ORDER BY sequence")
    ]
    assert db.rows("SELECT * FROM broken_events()") == []


def test_facts_of_one_transaction_leave_in_the_order_they_were_told(db: TestDatabase) -> None:
    told = ["regions/b", "regions/a", "regions/b", "regions/c"]
    for _ in range(2):
        with db.work() as work:
            for aggregate in told:
                work.publish(RegionChanged(), aggregate=aggregate)
    assert [envelope.aggregate for envelope, _ in db.events()] == told * 2
    assert [row["aggregate"] for row in db.rows("SELECT aggregate FROM outbox ORDER BY position")] == told * 2
    assert [envelope.sequence for envelope, _ in db.events()] == [1, 1, 2, 1, 3, 2, 4, 2]
    assert db.rows("SELECT * FROM broken_events()") == []


def test_two_who_tell_of_the_same_things_in_other_orders_never_hold_each_other_up(db: TestDatabase) -> None:
    both_have_begun = Barrier(2)

    def tell_of(*aggregates: str) -> None:
        with db.work() as work:
            for aggregate in aggregates:
                work.publish(RegionChanged(), aggregate=aggregate)
                both_have_begun.wait(20)

    with ThreadPoolExecutor(2) as writers:
        for done in [
            writers.submit(tell_of, "regions/a", "regions/b"),
            writers.submit(tell_of, "regions/b", "regions/a"),
        ]:
            done.result()
    assert sorted(envelope.sequence for envelope, _ in db.events()) == [1, 1, 2, 2]


def test_a_fact_that_nobody_would_write_is_a_mistake_that_shows(db: TestDatabase) -> None:
    with pytest.raises(AssertionError):
        Work(db.connection, Context()).publish(RegionChanged(), aggregate="regions/a")


FORGED_WHOLE = """UPDATE events SET region = 'regions/forged', hash = event_hash(previous_hash, id, type, aggregate,
    sequence, time, correlation, causation, actor, 'regions/forged', person, rule, data)"""
FORGERIES = {
    "what happened": "UPDATE events SET data = 'forged' WHERE sequence = 2",
    "who did it": "UPDATE events SET actor = 'persons/forged' WHERE sequence = 2",
    "when": "UPDATE events SET time = time + interval '1 second' WHERE sequence = 2",
    "one, with its hash made anew": f"{FORGED_WHOLE} WHERE sequence = 2",
    "the last, with its hash made anew": f"{FORGED_WHOLE} WHERE sequence = 3",
    "one taken out": "DELETE FROM events WHERE sequence = 2",
    "the last taken out": "DELETE FROM events WHERE sequence = 3",
    "all taken out": "DELETE FROM events",
    "two changed places": "UPDATE events SET sequence = 5 - sequence WHERE sequence IN (2, 3)",
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_journal_edited_by_hand_is_named_by_the_auditor(db: TestDatabase, forgery: str) -> None:
    for thing in ("regions/a", "regions/b"):
        tell(db, thing, times=3, kind=RegionChanged)
    edited = (
        f"{forgery} AND aggregate = 'regions/a'" if "WHERE" in forgery else f"{forgery} WHERE aggregate = 'regions/a'"
    )
    assert list(journals_are_whole({"people": db.connection})) == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.rows(edited)
    with psycopg.connect(db.urls.owner) as owner:
        owner.execute(edited.encode())
    found = list(journals_are_whole({"people": db.connection}))
    assert found
    assert all(sentence.startswith("people: regions/a no. ") for sentence in found)


def test_a_thing_can_be_locked_before_it_has_a_row(db: TestDatabase) -> None:
    with db.work() as work:
        work.lock("regions/new")
    tell(db, "regions/new", kind=RegionChanged)
    assert [envelope.sequence for envelope, _ in db.events()] == [1]
    assert db.rows("SELECT * FROM broken_events()") == []


def test_partitions_are_kept_ahead_also_when_the_clock_is_far(db: TestDatabase) -> None:
    for days in (0, 40, 80, 200):
        db.push_clock(days=days)
        Upkeep("people", None).tick(db.connection)
        tell(db, "regions/a", kind=RegionChanged)
    assert db.rows("SELECT * FROM events_default") == []
    assert db.rows("SELECT * FROM broken_events()") == []


def test_an_auditor_that_fails_is_tried_again_and_takes_nothing_with_it(db: TestDatabase) -> None:
    looked: list[int] = []

    def audit(work: Work) -> None:
        looked.append(1)
        work.publish(RegionChanged(), aggregate="regions/a")
        if len(looked) == 1:
            raise ValueError("not today")

    for _ in range(2):
        Upkeep("people", audit).tick(db.connection)
    assert len(db.events()) == 1
