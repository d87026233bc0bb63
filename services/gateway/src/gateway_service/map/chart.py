"""The map of a community as plain shapes for a page: the shipped made-up district, or tiles of one's own, and marks."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from chassis.cells import centre_of
from gateway_service.map.window import HEIGHT, TILE, WIDTH, Window, around

_LABEL_APART = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something to mark: where it is, as a cell; `kind` is its look."""

    cell: str
    kind: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    x: float
    y: float
    kind: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`path` in SVG's own words; a `name` stands at x, y."""

    kind: str
    path: str
    name: Mapping[str, str]
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TileImage:
    x: float
    y: float
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    shapes: list[Shape]
    tiles: list[TileImage]
    marks: list[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    tile: int = TILE


def chart(things: Iterable[Thing], tiles: str) -> Chart:
    """`tiles` is an address with {z}, {x} and {y}; empty: the shipped district."""
    placed = [(thing, place) for thing in things if (place := _place(thing.cell))]
    if tiles and placed:
        window = around((place for _, place in placed), whole=True)
        return Chart(shapes=[], tiles=list(_tiles(window, tiles)), marks=_marks(placed, window))
    corners = [(lat, lon) for each in district() for lon, lat in _points(each["geometry"])]
    window = around(corners, whole=False)
    return Chart(shapes=[_shape(each, window) for each in district()], tiles=[], marks=_marks(placed, window))


@cache
def district() -> list[dict[str, Any]]:
    """GeoJSON features; `kind` is what they are, `name` has a word in each language."""
    text = files("gateway_service.map").joinpath("district.geojson").read_text("utf-8")
    features: list[dict[str, Any]] = json.loads(text)["features"]
    return features


def _place(cell: str) -> tuple[float, float] | None:
    """None for somebody whose place nobody knows."""
    try:
        return centre_of(cell) if cell else None
    except ValueError:
        return None


def _marks(placed: Iterable[tuple[Thing, tuple[float, float]]], window: Window) -> list[Mark]:
    """Things of one cell stand beside each other; what lies outside is not drawn."""
    marks, taken = list[Mark](), dict[str, int]()
    for thing, (lat, lon) in placed:
        x, y = window.project(lat, lon)
        if not window.shows(x, y):
            continue
        beside = taken[thing.cell] = taken.get(thing.cell, -1) + 1
        marks.append(Mark(x=x + beside * _LABEL_APART, y=y + beside * _LABEL_APART, kind=thing.kind, label=thing.label))
    return marks


def _tiles(window: Window, address: str) -> Iterator[TileImage]:
    for column, row, x, y in window.tiles():
        yield TileImage(x=x, y=y, address=address.format(z=int(window.zoom), x=column, y=row))


def _shape(feature: Mapping[str, Any], window: Window) -> Shape:
    geometry, properties = feature["geometry"], feature["properties"]
    points = [window.project(lat, lon) for lon, lat in _points(geometry)]
    path = " L".join(f"{x} {y}" for x, y in points)
    end = " Z" if geometry["type"] == "Polygon" else ""
    x, y = (round(sum(each) / len(points), 1) for each in zip(*points, strict=True))
    return Shape(kind=properties["kind"], path=f"M{path}{end}", name=properties.get("name", {}), x=x, y=y)


def _points(geometry: Mapping[str, Any]) -> list[tuple[float, float]]:
    """(lon, lat), as GeoJSON counts."""
    kind, at = geometry["type"], geometry["coordinates"]
    points: list[tuple[float, float]] = [at] if kind == "Point" else at[0] if kind == "Polygon" else at
    return points
