"""Chores: months ahead are made, claims past their time go by whole months."""

import psycopg
import pytest

from chassis.subscriber import Handlers
from chassis.upkeep import Upkeep
from chassis.work import Work
from eldercare.people.v1.events_pb2 import RegionChanged
from eldercare.people.v1.person_pb2 import Region
from suite.testing import DatabaseFactory, TestDatabase

CLAIMS = "SELECT count(*) AS n FROM inbox"


@pytest.fixture
def db(database: DatabaseFactory) -> TestDatabase:
    return database("people")


def heard(db: TestDatabase) -> int:
    return int(db.rows(CLAIMS)[0]["n"])


def note(work: Work, message: RegionChanged) -> None:
    work.publish(message, aggregate=message.region.name)


def test_claims_are_kept_ninety_days_and_then_go_by_whole_months(db: TestDatabase) -> None:
    handlers: Handlers = {RegionChanged: note}
    db.deliver(handlers, RegionChanged(region=Region(name="regions/a")), aggregate="regions/a")
    db.push_clock(days=89)
    Upkeep("people", None).tick(db.connection)
    assert heard(db) == 1
    db.push_clock(days=32)
    Upkeep("people", None).tick(db.connection)
    assert heard(db) == 0
    assert len(db.events(RegionChanged)) == 1, "the journal stays"


def test_nobody_can_forget_claims_earlier(db: TestDatabase) -> None:
    with pytest.raises(psycopg.errors.RaiseException):
        db.connection.execute("SELECT drop_old_claims(30)")


def test_first_answers_are_kept_thirty_days(db: TestDatabase) -> None:
    db.connection.execute(
        """INSERT INTO requests (caller, request_id, method, fingerprint)
           VALUES ('persons/made-up', '11111111-1111-4111-8111-111111111111', '/made.up/Call', '')"""
    )
    db.push_clock(days=29)
    Upkeep("people", None).tick(db.connection)
    assert len(db.rows("SELECT 1 FROM requests")) == 1
    db.push_clock(days=2)
    Upkeep("people", None).tick(db.connection)
    assert db.rows("SELECT 1 FROM requests") == []
