"""Where things stand on the map of the board."""

from __future__ import annotations

import pytest

from chassis.cells import cell_of
from gateway_service.map.chart import Thing, chart
from gateway_service.map.window import HEIGHT, WIDTH, around

CENTRE = (31.2304, 121.4737)


def thing(lat: float, lon: float, kind: str = "urgent") -> Thing:
    return Thing(cell=cell_of(lat, lon), kind=kind, label="I-0427")


def test_the_shipped_district_is_drawn_whole_and_what_is_in_it_is_marked() -> None:
    drawn = chart([thing(*CENTRE)], "")
    assert {shape.kind for shape in drawn.shapes} == {"water", "park", "block", "road", "centre"}
    assert all(-20 <= shape.x <= WIDTH + 20 and -20 <= shape.y <= HEIGHT + 20 for shape in drawn.shapes)
    assert all(set(shape.name) == {"zh-CN", "en"} for shape in drawn.shapes if shape.name)
    (mark,) = drawn.marks
    assert 0.4 * WIDTH < mark.x < 0.6 * WIDTH
    assert 0.4 * HEIGHT < mark.y < 0.6 * HEIGHT


def test_north_is_up_and_east_is_right() -> None:
    south_west, north_east = chart([thing(31.228, 121.470), thing(31.234, 121.478)], "").marks
    assert south_west.x < north_east.x
    assert south_west.y > north_east.y


def test_two_in_one_cell_stand_beside_each_other() -> None:
    first, second = chart([thing(*CENTRE), thing(*CENTRE, kind="free")], "").marks
    assert (first.x, first.y) != (second.x, second.y)


@pytest.mark.parametrize("cell", ["", "not a cell", "a"])
def test_whose_place_nobody_knows_is_not_drawn(cell: str) -> None:
    assert chart([Thing(cell=cell, kind="free", label="1")], "").marks == []


def test_tiles_of_ones_own_are_laid_where_a_tile_server_counts_them() -> None:
    """Slippy map tile names: zoom 17 at 31.2304 N 121.4737 E is column 109763, row 53556."""
    drawn = chart([thing(*CENTRE)], "https://tiles.example/{z}/{x}/{y}.png")
    (mark,), addresses = drawn.marks, {tile.address: tile for tile in drawn.tiles}
    under = addresses["https://tiles.example/17/109763/53556.png"]
    assert under.x <= mark.x <= under.x + drawn.tile
    assert under.y <= mark.y <= under.y + drawn.tile
    assert drawn.shapes == []


def test_far_apart_things_are_all_in_the_window() -> None:
    places = [(31.0, 121.0), (31.5, 121.9)]
    window = around(places, whole=True)
    assert window.zoom == int(window.zoom)
    assert all(window.shows(*window.project(lat, lon)) for lat, lon in places)
