"""Rows that can wait until the end of a transaction are written with one statement, and never without it."""

from collections.abc import Sequence
from typing import Any

import pytest
from psycopg import Connection
from psycopg.rows import DictRow

from chassis.context import Context
from chassis.envelope import Envelope, to_wire
from chassis.ids import uuid7
from chassis.subscriber import Delivery
from chassis.work import Work
from eldercare.people.v1.events_pb2 import RegionChanged
from eldercare.people.v1.person_pb2 import Region
from suite.testing import TestDatabase

_KEEP = b"INSERT INTO given_up (item, reason) SELECT to_jsonb(name), 'kept' FROM unnest(%s::text[]) AS name"


class Shelf:
    """Keeps names in a table of its own, and how many came at once."""

    def __init__(self) -> None:
        self.lots: list[int] = []

    def keep(self, connection: Connection[DictRow], names: Sequence[str]) -> None:
        self.lots.append(len(names))
        connection.execute(_KEEP, [list(names)])

    def on_region_changed(self, work: Work, message: RegionChanged) -> None:
        work.together(self.keep, message.region.name)
        if message.region.name == "regions/bad":
            raise ValueError("not today")


def kept(db: TestDatabase) -> list[str]:
    return [row["item"] for row in db.rows("SELECT item FROM given_up ORDER BY id")]


def test_a_batch_of_facts_leaves_its_rows_with_one_statement(db: TestDatabase) -> None:
    shelf = Shelf()
    db.deliver_raw({RegionChanged: shelf.on_region_changed}, *(told(db, name) for name in "abc"))
    assert kept(db) == ["regions/a", "regions/b", "regions/c"]
    assert shelf.lots == [3]


def test_a_fact_that_fails_leaves_no_row_and_costs_its_neighbours_none(db: TestDatabase) -> None:
    shelf = Shelf()
    db.deliver_raw({RegionChanged: shelf.on_region_changed}, *(told(db, name) for name in ("a", "bad", "c")))
    assert kept(db) == ["regions/a", "regions/c"]


def test_what_is_rolled_back_leaves_no_row(db: TestDatabase) -> None:
    def tell() -> None:
        with db.work() as work:
            work.together(Shelf().keep, "regions/a")
            raise ValueError("not today")

    with pytest.raises(ValueError, match="not today"):
        tell()
    assert kept(db) == []


def told(db: TestDatabase, name: str) -> Delivery:
    attributes: dict[str, Any] = {"id": uuid7(), "time": db.now(), "context": Context(), "sequence": 1}
    fact = RegionChanged(region=Region(name=f"regions/{name}"))
    envelope = Envelope(
        type=fact.DESCRIPTOR.full_name, source="//eldercare/people", aggregate=fact.region.name, **attributes
    )
    wire = to_wire(envelope, fact.SerializeToString())
    return Delivery(headers=wire.headers, content_type=wire.content_type, body=wire.body)
