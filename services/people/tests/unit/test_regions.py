"""The tree of regions, and what a list may show of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people_service.page_token import START, PageTokenInvalid, after_token, page_token
from people_service.region.domain import Region, RegionPathInvalid, RegionTitleInvalid, Scope, TimeZoneUnknown, covers
from services.people.tests.cast import CITY, HILL, LAKE, PLUM_GARDEN, PLUM_STREET

PATHS = st.lists(st.sampled_from(["lake", "lake-side", "l", "plum", "9"]), min_size=1, max_size=4).map(
    lambda levels: "/".join(["regions", *levels])
)


def founded(name: str = CITY, display_name: str = "Made-up City", time_zone: str = "Asia/Shanghai") -> Region:
    return Region.founded(name=name, display_name=display_name, time_zone=time_zone)


def test_a_district_covers_its_streets_and_not_its_neighbour_of_a_similar_name() -> None:
    assert covers(LAKE, PLUM_GARDEN)
    assert covers(LAKE, LAKE)
    assert not covers(LAKE, LAKE + "-side")
    assert not covers(PLUM_GARDEN, LAKE)
    assert not covers(LAKE, HILL)


@given(PATHS, PATHS)
def test_a_region_covers_another_exactly_when_its_levels_begin_the_other(above: str, below: str) -> None:
    levels = above.split("/")
    assert covers(above, below) == (below.split("/")[: len(levels)] == levels)


@given(PATHS, PATHS)
def test_two_regions_cover_each_other_only_when_they_are_one(one: str, other: str) -> None:
    assert (covers(one, other) and covers(other, one)) == (one == other)


def test_every_region_but_the_city_lies_in_another() -> None:
    assert founded(CITY).above == ()
    assert founded(PLUM_GARDEN).above == (CITY, LAKE, PLUM_STREET)


def test_the_same_words_again_are_no_change() -> None:
    city = founded()
    assert city.described(display_name="Made-up City", time_zone="Asia/Shanghai") is city
    assert city.described(display_name="Renamed City", time_zone="Asia/Shanghai").version == 2


@pytest.mark.parametrize("path", ["", "regions", "regions/", "regions/A", "regions/a/b/c/d/e", "regions/a\n", "a/b"])
def test_a_path_that_is_none_is_refused_for_a_region_and_for_a_scope(path: str) -> None:
    with pytest.raises(RegionPathInvalid):
        founded(path)
    with pytest.raises(RegionPathInvalid):
        Scope(region=path)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "", "Asia/Shanghai\0"])
def test_a_time_zone_nobody_keeps_is_refused(zone: str) -> None:
    with pytest.raises(TimeZoneUnknown):
        founded(time_zone=zone)


@pytest.mark.parametrize("title", ["", "  ", "two\nlines", "nul\0"])
def test_a_name_nobody_can_read_is_refused(title: str) -> None:
    with pytest.raises(RegionTitleInvalid):
        founded(display_name=title)


@given(PATHS, st.text("persons/-0123456789abcdef"))
def test_a_list_goes_on_where_it_stopped(region: str, name: str) -> None:
    assert after_token(region, page_token(region, (region, name))) == (region, name)


def test_a_list_without_a_token_begins_at_the_start() -> None:
    assert after_token(CITY, "") == START


@pytest.mark.parametrize(
    "token",
    ["%%%", "AAAA", "bnVsbA==", "WzEsIDIsIDNd", "é", page_token(HILL, (HILL, "x")), page_token(CITY, ("\0", ""))],
)
def test_a_token_of_another_list_or_of_nobody_is_refused(token: str) -> None:
    with pytest.raises(PageTokenInvalid):
        after_token(CITY, token)
