"""A device database with one watch on one wrist, and keys made for one test."""

import pytest

from chassis.seal import Seals
from services.device.tests.cast import NUMBER, Wire, give_watch
from suite.simulated_watch import SimulatedWatch
from suite.testing import DatabaseFactory, TestDatabase


@pytest.fixture
def seals() -> Seals:
    return Seals.generate()


@pytest.fixture
def db(database: DatabaseFactory) -> TestDatabase:
    return database("device")


@pytest.fixture
def watch() -> SimulatedWatch:
    return SimulatedWatch(number=NUMBER)


@pytest.fixture
def worn(db: TestDatabase) -> str:
    """The name of Granny Wen's watch."""
    return give_watch(db)


@pytest.fixture
def wire(db: TestDatabase, seals: Seals) -> Wire:
    return Wire(db=db, seals=seals)
