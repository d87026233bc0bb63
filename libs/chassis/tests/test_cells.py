"""Cells are geohashes: the definition's own example, and every point lies in its cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.cells import cell_of, centre_of, distance_m

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


def by_definition(lat: float, lon: float) -> str:
    """Bits by halving, longitude first, five to a letter: computed with whole numbers instead."""
    east = min(int((lon + 180) / 360 * 2**18), 2**18 - 1)
    north = min(int((lat + 90) / 180 * 2**17), 2**17 - 1)
    bits = [east >> (17 - n // 2) & 1 if n % 2 == 0 else north >> (16 - n // 2) & 1 for n in range(35)]
    letters = "0123456789bcdefghjkmnpqrstuvwxyz"
    return "".join(letters[int("".join(map(str, bits[n : n + 5])), 2)] for n in range(0, 35, 5))


def test_the_example_everybody_knows() -> None:
    assert cell_of(57.64911, 10.40744) == "u4pruyd"


@given(lat=st.integers(-8_999, 8_999), lon=st.integers(-17_999, 17_999))
def test_a_cell_is_what_the_definition_says(lat: int, lon: int) -> None:
    assert cell_of(lat / 100 + 0.001, lon / 100 + 0.001) == by_definition(lat / 100 + 0.001, lon / 100 + 0.001)


@given(lat=LATITUDES, lon=LONGITUDES)
def test_the_middle_of_a_cell_lies_in_it_and_near_its_points(lat: float, lon: float) -> None:
    cell = cell_of(lat, lon)
    assert cell_of(*centre_of(cell)) == cell
    assert distance_m(lat, lon, *centre_of(cell)) < 110


def test_what_is_not_a_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="substring"):
        centre_of("aaaaaaa")


@given(lat=LATITUDES, lon=LONGITUDES, lat2=LATITUDES, lon2=LONGITUDES)
def test_a_way_is_as_long_in_both_directions_and_never_more_than_half_round_the_earth(
    lat: float, lon: float, lat2: float, lon2: float
) -> None:
    there, back = distance_m(lat, lon, lat2, lon2), distance_m(lat2, lon2, lat, lon)
    assert there == pytest.approx(back)
    assert 0 <= there <= 20_015_200


def test_a_degree_of_latitude_is_a_hundred_and_eleven_kilometres() -> None:
    assert distance_m(30, 120, 31, 120) == pytest.approx(111_195, rel=1e-4)
