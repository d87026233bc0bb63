"""Nobody hands out, or takes away, more than it has itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.seal import Seals
from chassis.work import Work
from eldercare.people.v1.events_pb2 import PersonChanged
from people_service.access import relate
from people_service.person.domain import RoleHeldAlready
from people_service.person.use_cases import end_role, erase_person, get_person, grant_role
from people_service.reach import EVERYWHERE, Reach, RoleOutOfReach
from people_service.region.use_cases import RegionUnknown
from people_service.role.domain import Role, RoleKind
from people_service.role.grantable import ElderUnknown, ProviderUnknown
from people_service.session.domain import Credentials
from people_service.session.use_cases import set_password
from services.people.tests.cast import (
    CITY,
    DAUGHTER_WEN,
    GRANNY_WEN,
    HILL,
    LAKE,
    MAYOR_HE,
    MONDAY,
    NURSE_TAO,
    PEAR_GARDEN,
    PLUM_CARE,
    PLUM_GARDEN,
    UNCLE_BAI,
    operating,
    put_plum_care,
    register,
    register_granny,
    told,
)
from suite.testing import TestDatabase

OF_GARDEN = operating(PLUM_GARDEN)
CREDENTIALS = Credentials(login="somebody", password_hash="$argon2id$v=19$m=1024,t=1,p=1$YWFhYWFhYWE$YWFhYWFhYWE")


def role(kind: RoleKind, object: str) -> Role:  # noqa: A002 - the contract's own word
    return Role.granted(kind, object=object, start=MONDAY)


@pytest.fixture
def garden(people: TestDatabase, seals: Seals) -> TestDatabase:
    """Plum Garden with its granny; its nurse's provider sits in the district; the city's operator lives there too."""
    with people.work() as work:
        put_plum_care(work, LAKE)
        register_granny(work, seals)
        register(work, seals, told(MAYOR_HE, role(RoleKind.OPERATOR, CITY)))
        register(work, seals, told(UNCLE_BAI))
    return people


def grant(db: TestDatabase, name: str, given: Role, reach: Reach) -> None:
    with db.work() as work:
        grant_role(work, name, given, reach)


def test_a_gardens_operator_makes_a_neighbour_operator_of_the_garden(garden: TestDatabase) -> None:
    grant(garden, UNCLE_BAI, role(RoleKind.OPERATOR, PLUM_GARDEN), OF_GARDEN)
    with garden.work() as work:
        assert [held.label for held in get_person(work, UNCLE_BAI).roles_at(work.now)] == [f"operator@{PLUM_GARDEN}"]
    last = garden.messages(PersonChanged)[-1]
    assert isinstance(last, PersonChanged)
    assert (last.person.name, last.person.version) == (UNCLE_BAI, 2)


@pytest.mark.parametrize("region", [LAKE, PEAR_GARDEN, HILL])
@pytest.mark.parametrize("kind", [RoleKind.OPERATOR, RoleKind.SUPERVISOR, RoleKind.VOLUNTEER])
def test_a_gardens_operator_cannot_reach_beyond_the_garden(garden: TestDatabase, kind: RoleKind, region: str) -> None:
    with pytest.raises(RoleOutOfReach):
        grant(garden, UNCLE_BAI, role(kind, region), OF_GARDEN)


def test_a_role_in_a_region_that_is_not_registered_is_refused(garden: TestDatabase) -> None:
    with pytest.raises(RegionUnknown):
        grant(garden, UNCLE_BAI, role(RoleKind.OPERATOR, f"{PLUM_GARDEN}x"), EVERYWHERE)


def test_a_nurse_of_the_districts_provider_may_work_in_the_garden(garden: TestDatabase) -> None:
    grant(garden, UNCLE_BAI, role(RoleKind.WORKER, PLUM_CARE), OF_GARDEN)
    with pytest.raises(RoleHeldAlready):
        grant(garden, UNCLE_BAI, role(RoleKind.WORKER, PLUM_CARE), OF_GARDEN)


def test_another_districts_provider_is_not_there(garden: TestDatabase) -> None:
    with pytest.raises(ProviderUnknown):
        grant(garden, UNCLE_BAI, role(RoleKind.WORKER, PLUM_CARE), operating(HILL))


def test_somebody_becomes_family_of_an_elder_of_the_garden(garden: TestDatabase) -> None:
    grant(garden, UNCLE_BAI, role(RoleKind.FAMILY, GRANNY_WEN), OF_GARDEN)
    with garden.work() as work:
        relations = relate(work, GRANNY_WEN)
    assert relations
    assert (relations.holders("elder"), relations.holders("family"), relations.region) == (
        frozenset({GRANNY_WEN}),
        frozenset({UNCLE_BAI}),
        PLUM_GARDEN,
    )


@pytest.mark.parametrize(
    ("object_", "reach"),
    [(GRANNY_WEN, operating(HILL)), (NURSE_TAO, EVERYWHERE), (MAYOR_HE, EVERYWHERE)],
    ids=["an elder of another region", "nobody", "no elder"],
)
def test_nobody_becomes_family_of_a_stranger(garden: TestDatabase, object_: str, reach: Reach) -> None:
    with pytest.raises(ElderUnknown):
        grant(garden, UNCLE_BAI, role(RoleKind.FAMILY, object_), reach)


def test_registering_does_not_hand_out_more_than_granting(garden: TestDatabase, seals: Seals) -> None:
    with pytest.raises(RoleOutOfReach), garden.work() as work:
        register(work, seals, told(DAUGHTER_WEN, role(RoleKind.OPERATOR, CITY)), OF_GARDEN)


Verb = Callable[[Work, Seals, str, Reach], object]
TAKE_OVER: dict[str, Verb] = {
    "ends the role of": lambda work, _, name, reach: end_role(work, name, RoleKind.OPERATOR, CITY, reach),
    "erases": lambda work, _, name, reach: erase_person(work, name, reach),
    "sets the password of": lambda work, seals, name, reach: set_password(work, seals, name, CREDENTIALS, reach),
}


@pytest.mark.parametrize("verb", TAKE_OVER.values(), ids=TAKE_OVER)
def test_a_gardens_operator_does_not_touch_the_citys_operator_who_lives_there(
    garden: TestDatabase, seals: Seals, verb: Verb
) -> None:
    with pytest.raises(RoleOutOfReach), garden.work() as work:
        verb(work, seals, MAYOR_HE, OF_GARDEN)
    with garden.work() as work:
        verb(work, seals, MAYOR_HE, operating(CITY))


def test_an_ended_role_ends_the_relation_at_once(garden: TestDatabase) -> None:
    grant(garden, UNCLE_BAI, role(RoleKind.FAMILY, GRANNY_WEN), OF_GARDEN)
    with garden.work() as work:
        end_role(work, UNCLE_BAI, RoleKind.FAMILY, GRANNY_WEN, OF_GARDEN)
    with garden.work() as work:
        relations = relate(work, GRANNY_WEN)
    assert relations
    assert relations.holders("family") == frozenset()


def test_a_role_of_the_future_is_no_relation_yet(garden: TestDatabase) -> None:
    with garden.work() as work:
        tomorrow = work.now.replace(year=work.now.year + 1)
        later = Role.granted(RoleKind.FAMILY, object=GRANNY_WEN, start=tomorrow)
        grant_role(work, UNCLE_BAI, later, OF_GARDEN)
        relations = relate(work, GRANNY_WEN)
    assert relations
    assert relations.holders("family") == frozenset()
    garden.push_clock(days=400)
    with garden.work() as work:
        relations = relate(work, GRANNY_WEN)
    assert relations
    assert relations.holders("family") == {UNCLE_BAI}


def test_what_nobody_knows_has_no_relations(garden: TestDatabase) -> None:
    with garden.work() as work:
        assert relate(work, NURSE_TAO) is None
        assert relate(work, PLUM_CARE.replace("a1", "a2")) is None
        provider = relate(work, PLUM_CARE)
    assert provider
    assert provider.region == LAKE
