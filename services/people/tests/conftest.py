"""A people database with the made-up tree of regions, and keys made for one test."""

from __future__ import annotations

import pytest

from chassis.seal import Seals
from services.people.tests.cast import put_tree
from suite.testing import DatabaseFactory, TestDatabase


@pytest.fixture
def seals() -> Seals:
    return Seals.generate()


@pytest.fixture
def people(database: DatabaseFactory) -> TestDatabase:
    db = database("people")
    with db.work() as work:
        put_tree(work)
    return db
