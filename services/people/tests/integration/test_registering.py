"""Somebody new: what is stored, what the others are told, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chassis.cells import cell_of
from chassis.refusal import NotFound
from chassis.seal import Seals
from eldercare.people.v1.events_pb2 import PersonChanged, ProviderChanged, RegionChanged
from eldercare.people.v1.person_pb2 import DEPENDENCY_LEVEL_NURSED, ROLE_KIND_ELDER
from people_service.person import sealed_store
from people_service.person import store as persons
from people_service.person.domain import Certificate, DependencyLevel, PersonIsErased, Traits
from people_service.person.identifiers import Identifiers, Position
from people_service.person.use_cases import (
    PersonExists,
    PhoneTaken,
    PositionInvalid,
    erase_person,
    get_home,
    get_person,
    register_person,
)
from people_service.provider.domain import Provider
from people_service.provider.use_cases import put_provider
from people_service.reach import EVERYWHERE
from people_service.region.domain import Region
from people_service.region.use_cases import RegionUnknown, put_region
from people_service.role.domain import Role, RoleKind
from services.people.tests.cast import (
    CITY,
    GRANNY_WEN,
    HILL,
    HOME,
    LAKE,
    MONDAY,
    NURSE_TAO,
    PLUM_CARE,
    PLUM_GARDEN,
    UNCLE_BAI,
    elder_since,
    operating,
    put_plum_care,
    register,
    register_granny,
    told,
)
from suite.testing import TestDatabase


def test_an_elder_is_known_with_all_that_was_told(people: TestDatabase, seals: Seals) -> None:
    traits = Traits(
        categories=frozenset({"over_80", "destitute"}), dependency_level=DependencyLevel.NURSED, language="en"
    )
    with people.work() as work:
        registered = register(work, seals, told(GRANNY_WEN, elder_since(MONDAY), home=HOME, traits=traits))
    with people.work() as work:
        assert get_person(work, GRANNY_WEN) == registered
        home = get_home(work, seals, GRANNY_WEN)
    assert registered.home_cell == cell_of(HOME.latitude, HOME.longitude)
    assert home == Identifiers(
        display_name="Somebody Made-Up", address="9 Imagined Lane", access_notes="key safe 0000", home=HOME
    )


def test_the_others_are_told_the_whole_state_and_its_version(people: TestDatabase, seals: Seals) -> None:
    traits = Traits(categories=frozenset({"over_80"}), dependency_level=DependencyLevel.NURSED)
    with people.work() as work:
        register(work, seals, told(GRANNY_WEN, elder_since(MONDAY), home=HOME, traits=traits))
    (envelope, message), *more = people.events(PersonChanged)
    assert not more
    assert isinstance(message, PersonChanged)
    assert (envelope.aggregate, envelope.region, envelope.person) == (GRANNY_WEN, PLUM_GARDEN, GRANNY_WEN)
    assert [role.kind for role in message.person.roles] == [ROLE_KIND_ELDER]
    assert (message.person.dependency_level, list(message.person.categories)) == (DEPENDENCY_LEVEL_NURSED, ["over_80"])
    assert message.person.version == 1


def test_a_nurse_comes_with_her_certificates_and_skills(people: TestDatabase, seals: Seals) -> None:
    traits = Traits(
        certificates=(Certificate(kind="nursing", expires_at=MONDAY + timedelta(days=365)),),
        skills=frozenset({"wound_care"}),
    )
    with people.work() as work:
        put_plum_care(work)
        job = Role.granted(RoleKind.WORKER, object=PLUM_CARE, start=MONDAY)
        registered = register(work, seals, told(NURSE_TAO, job, traits=traits))
    with people.work() as work:
        assert persons.load(work, NURSE_TAO) == registered
    (message,) = people.messages(PersonChanged)
    assert isinstance(message, PersonChanged)
    assert message.person.certificates[0].expire_time.ToDatetime(tzinfo=MONDAY.tzinfo) == MONDAY + timedelta(days=365)


def test_one_phone_belongs_to_one_person_and_the_operator_learns_to_whom(people: TestDatabase, seals: Seals) -> None:
    with people.work() as work:
        register_granny(work, seals, phone="+8655501230001")
    with pytest.raises(PhoneTaken) as refused, people.work() as work:
        register(work, seals, told(UNCLE_BAI, phone="+8655501230001"), operating(LAKE))
    assert refused.value.metadata == {"person": GRANNY_WEN}
    with people.work() as work:
        assert persons.load(work, UNCLE_BAI) is None


def test_an_operator_elsewhere_learns_only_that_the_phone_is_taken(people: TestDatabase, seals: Seals) -> None:
    with people.work() as work:
        register_granny(work, seals, phone="+8655501230001")
    with pytest.raises(PhoneTaken) as refused, people.work() as work:
        register(work, seals, told(UNCLE_BAI, phone="+8655501230001", region=HILL), operating(HILL))
    assert refused.value.metadata == {}


def test_many_people_may_have_no_phone(people: TestDatabase, seals: Seals) -> None:
    with people.work() as work:
        register_granny(work, seals)
        register(work, seals, told(UNCLE_BAI))
        assert sealed_store.load(work, seals, UNCLE_BAI) == Identifiers(display_name="Somebody Made-Up")


def test_a_name_is_given_once(people: TestDatabase, seals: Seals) -> None:
    with people.work() as work:
        register_granny(work, seals)
    with pytest.raises(PersonExists), people.work() as work:
        register_granny(work, seals)
    assert len(people.events(PersonChanged)) == 1


@pytest.mark.parametrize("home", [Position(latitude=91, longitude=0), Position(latitude=0, longitude=float("nan"))])
def test_a_home_that_is_nowhere_on_earth_is_refused(people: TestDatabase, seals: Seals, home: Position) -> None:
    with pytest.raises(PositionInvalid), people.work() as work:
        register(work, seals, told(GRANNY_WEN, elder_since(MONDAY), home=home))


def test_nobody_lives_in_a_region_that_is_not_registered(people: TestDatabase, seals: Seals) -> None:
    with pytest.raises(RegionUnknown), people.work() as work:
        register(work, seals, told(UNCLE_BAI, region=f"{HILL}/nowhere"))


def test_a_stranger_is_not_found(people: TestDatabase, seals: Seals) -> None:
    with people.work() as work:
        with pytest.raises(NotFound):
            get_person(work, GRANNY_WEN)
        with pytest.raises(NotFound):
            get_home(work, seals, GRANNY_WEN)


def test_regions_grow_from_the_city_downwards(people: TestDatabase) -> None:
    street = Region.founded(name=f"{CITY}/x/y", display_name="Street", time_zone="Asia/Shanghai")
    strange = Region.founded(name="regions/strange-city/x", display_name="District", time_zone="Asia/Shanghai")
    with people.work() as work:
        put_region(work, street)
    with pytest.raises(RegionUnknown), people.work() as work:
        put_region(work, strange)


def test_a_region_told_twice_is_one_change(people: TestDatabase) -> None:
    renamed = Region.founded(name=HILL, display_name="Renamed Hill", time_zone="Asia/Shanghai")
    for _ in range(2):
        with people.work() as work:
            assert put_region(work, renamed).version == 2
    changes = [m.region.version for m in people.messages(RegionChanged) if isinstance(m, RegionChanged)]
    assert changes == [1] * 6 + [2]


def test_a_provider_told_twice_is_one_change(people: TestDatabase) -> None:
    for _ in range(2):
        with people.work() as work:
            put_plum_care(work)
    assert [e.region for e, _ in people.events(ProviderChanged)] == [LAKE]


def test_another_districts_operator_cannot_take_a_provider_over(people: TestDatabase) -> None:
    with people.work() as work:
        put_plum_care(work, LAKE)
    mine = Provider.founded(name=PLUM_CARE, region=HILL, display_name="Hill Care", service_classes=())
    with pytest.raises(NotFound), people.work() as work:
        put_provider(work, mine, operating(HILL))
    with people.work() as work:
        assert put_provider(work, mine, operating(CITY)).version == 2


def test_registering_does_not_know_an_erased_name(people: TestDatabase, seals: Seals) -> None:
    with people.work() as work:
        register_granny(work, seals)
        erase_person(work, GRANNY_WEN, EVERYWHERE)
    with pytest.raises(PersonExists), people.work() as work:
        register_person(work, seals, told(GRANNY_WEN), EVERYWHERE)
    with pytest.raises(PersonIsErased), people.work() as work:
        get_home(work, seals, GRANNY_WEN)
