"""Places on a map, coarse and exact. A cell is a geohash of seven characters, about 150 m by 150 m.

Source: geohash (G. Niemeyer, 2008); great-circle distance by the haversine formula, R = 6,371,008.8 m.
"""

from math import asin, cos, radians, sin, sqrt

_ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz"
_LENGTH = 7
_RADIUS_M = 6_371_008.8


def cell_of(lat: float, lon: float) -> str:
    """The cell of a WGS-84 point."""
    south, north, west, east = -90.0, 90.0, -180.0, 180.0
    bits = 0
    for index in range(_LENGTH * 5):
        if index % 2 == 0:
            middle = (west + east) / 2
            bits = bits << 1 | (lon >= middle)
            west, east = (middle, east) if lon >= middle else (west, middle)
        else:
            middle = (south + north) / 2
            bits = bits << 1 | (lat >= middle)
            south, north = (middle, north) if lat >= middle else (south, middle)
    return "".join(_ALPHABET[bits >> 5 * (_LENGTH - 1 - place) & 31] for place in range(_LENGTH))


def centre_of(cell: str) -> tuple[float, float]:
    """Latitude and longitude of the middle of a cell; raises ValueError for what is not a cell."""
    spans = {0: [-180.0, 180.0], 1: [-90.0, 90.0]}
    index = 0
    for letter in cell:
        code = _ALPHABET.index(letter)
        for shift in range(4, -1, -1):
            span = spans[index % 2]
            span[0 if code >> shift & 1 else 1] = sum(span) / 2
            index += 1
    return sum(spans[1]) / 2, sum(spans[0]) / 2


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Metres between two WGS-84 points."""
    a = sin(radians(lat2 - lat1) / 2) ** 2
    b = cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * _RADIUS_M * asin(sqrt(min(1.0, a + b)))
