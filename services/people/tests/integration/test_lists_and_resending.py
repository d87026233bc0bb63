"""Lists end at the border of a region; resending tells every state once more."""

from __future__ import annotations

from collections import Counter

import pytest

from chassis.seal import Seals
from eldercare.people.v1.events_pb2 import PersonChanged, PersonErased, ProviderChanged, RegionChanged
from people_service.page_token import START
from people_service.person.domain import Person
from people_service.person.use_cases import erase_person, list_persons
from people_service.reach import EVERYWHERE
from people_service.region.domain import Scope
from people_service.resend import NounUnknown, resend_all
from services.people.tests.cast import (
    CITY,
    HILL,
    LAKE,
    PEAR_GARDEN,
    PLUM_GARDEN,
    PLUM_STREET,
    TREE,
    put_plum_care,
    put_tree,
    register,
    told,
)
from suite.testing import TestDatabase

SISTER = f"{LAKE}-side"
HOMES = [PLUM_GARDEN] * 5 + [PEAR_GARDEN] * 4 + [PLUM_STREET, HILL, HILL, SISTER, SISTER, LAKE, CITY]


def person(number: int) -> str:
    return f"persons/00000000-0000-7000-8000-{number:012d}"


@pytest.fixture
def community(people: TestDatabase, seals: Seals) -> TestDatabase:
    with people.work() as work:
        put_tree(work, SISTER)
        for number, region in enumerate(HOMES):
            register(work, seals, told(person(number), region=region))
    return people


def listed(db: TestDatabase, region: str, size: int) -> list[Person]:
    """Every page of a list, one after the other."""
    found, after, more = list[Person](), START, True
    while more:
        with db.work() as work:
            page, more = list_persons(work, Scope(region=region), after=after, limit=size)
        assert len(page) <= size
        found += page
        after = (found[-1].region, found[-1].name) if found else after
    return found


@pytest.mark.parametrize("region", [*TREE, SISTER])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_list_shows_each_person_of_a_region_and_below_once_and_nobody_else(
    community: TestDatabase, region: str, size: int
) -> None:
    expected = {person(n) for n, home in enumerate(HOMES) if home == region or home.startswith(region + "/")}
    assert Counter(each.name for each in listed(community, region, size)) == Counter(expected)


def test_a_page_token_of_elsewhere_shows_nobody_of_elsewhere(community: TestDatabase) -> None:
    with community.work() as work:
        found, more = list_persons(work, Scope(region=HILL), after=(CITY, ""), limit=100)
    assert {each.region for each in found} == {HILL}
    assert not more


def resent(db: TestDatabase, noun: str, limit: int) -> int:
    """Resend page by page, a transaction each; returns how many pages it took."""
    cursor, pages = "", 0
    while True:
        with db.work() as work:
            cursor = resend_all(work, noun, cursor=cursor, limit=limit)
        pages += 1
        if not cursor:
            return pages


def test_every_person_is_told_again_with_the_version_it_has(community: TestDatabase) -> None:
    first = community.messages(PersonChanged)
    assert resent(community, "persons", 5) == 4
    assert community.messages(PersonChanged)[len(first) :] == first


def test_an_erased_person_is_told_as_erased_again(community: TestDatabase) -> None:
    with community.work() as work:
        erase_person(work, person(3), EVERYWHERE)
    resent(community, "persons", 100)
    again = [
        message
        for envelope, message in community.events(PersonChanged, PersonErased)
        if envelope.aggregate == person(3)
    ][3:]
    assert [type(message) for message in again] == [PersonChanged, PersonErased]
    assert again[1] == PersonErased(person=person(3), version=3)


def test_regions_are_told_from_the_city_downwards(community: TestDatabase) -> None:
    before = len(community.messages(RegionChanged))
    resent(community, "regions", 2)
    names = [m.region.name for m in community.messages(RegionChanged)[before:] if isinstance(m, RegionChanged)]
    assert names == sorted([*TREE, SISTER])


def test_providers_are_told_again(community: TestDatabase) -> None:
    with community.work() as work:
        put_plum_care(work)
    resent(community, "providers", 100)
    first, again = community.messages(ProviderChanged)
    assert first == again


def test_what_people_does_not_own_is_not_resent(community: TestDatabase) -> None:
    with pytest.raises(NounUnknown), community.work() as work:
        resend_all(work, "orders")
