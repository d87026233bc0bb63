"""A people database with the made-up tree of regions, and keys made for one test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.identity import Identity
from chassis.seal import Seals
from eldercare.people.v1.person_pb2 import ROLE_KIND_ELDER, ROLE_KIND_FAMILY, ROLE_KIND_OPERATOR, Role
from services.people.tests.cast import (
    DAUGHTER_WEN,
    GRANNY_WEN,
    HILL,
    LAKE,
    MAYOR_HE,
    OPERATOR_MEI,
    PLUM_GARDEN,
    put_tree,
)
from services.people.tests.house import HOME, SECONDS, House, open_house, registering
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


@pytest.fixture
def house(people: TestDatabase, tmp_path: Path) -> Iterator[House]:
    """The service over rpc, with the made-up tree of regions."""
    with open_house(people, tmp_path) as opened:
        yield opened


@pytest.fixture
def gateway_token(house: House, tmp_path: Path) -> str:
    """What the gateway's own calls carry."""
    return Identity.load("gateway", tmp_path / "gateway.key", tmp_path / "trusted.json").own_token()


@pytest.fixture
def street(house: House) -> House:
    """Granny Wen, her daughter, the operators of the lake and of the hill district; all of them sign in."""
    cast = [
        (OPERATOR_MEI, "mei", [Role(kind=ROLE_KIND_OPERATOR, object=LAKE)], LAKE),
        (MAYOR_HE, "hill", [Role(kind=ROLE_KIND_OPERATOR, object=HILL)], HILL),
        (GRANNY_WEN, "granny", [Role(kind=ROLE_KIND_ELDER)], PLUM_GARDEN),
        (DAUGHTER_WEN, "daughter", [Role(kind=ROLE_KIND_FAMILY, object=GRANNY_WEN, rights=["pay"])], HILL),
    ]
    for name, login, roles, region in cast:
        house.people.RegisterPerson(registering(name, *roles, region=region, home=HOME), timeout=SECONDS)
        house.give_password(name, login)
    return house
