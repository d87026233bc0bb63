"""A community with a granny, her daughter and son, two nurses and a duty desk of the district."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.seal import Seals
from eldercare.people.v1.person_pb2 import RoleKind
from services.notify.tests import cast
from services.notify.tests.story import Story
from suite.testing import DatabaseFactory, TestDatabase


@pytest.fixture
def seals(rpc_keys: Path) -> Seals:
    """Those the service itself is started with."""
    return Seals.load(rpc_keys / "notify.seals")


@pytest.fixture
def notify(database: DatabaseFactory) -> TestDatabase:
    """Nobody is known but the region and its time."""
    db = database("notify")
    cast.tell_region(db)
    return db


@pytest.fixture
def story(notify: TestDatabase, seals: Seals) -> Story:
    """Granny's daughter is called first, then her son; the desk is the district's."""
    cast.tell_person(notify, cast.GRANNY_WEN, cast.role(RoleKind.ROLE_KIND_ELDER))
    cast.tell_person(notify, cast.DAUGHTER_WEN, cast.family_of(cast.GRANNY_WEN, "pay", "confirm"))
    cast.tell_person(notify, cast.SON_WEN, cast.family_of(cast.GRANNY_WEN, days=1))
    for person in (cast.DAUGHTER_WEN, cast.SON_WEN, cast.NURSE_TAO, cast.NURSE_BAI):
        cast.put_contact(notify, seals, person)
    cast.put_desk(notify, seals)
    return Story(notify, seals)


@pytest.fixture
def lonely(notify: TestDatabase, seals: Seals) -> Callable[[], Story]:
    """Granny has nobody; there may be a desk."""

    def start(*, with_desk: bool = True) -> Story:
        cast.tell_person(notify, cast.GRANNY_WEN, cast.role(RoleKind.ROLE_KIND_ELDER))
        if with_desk:
            cast.put_desk(notify, seals)
        return Story(notify, seals)

    return start
