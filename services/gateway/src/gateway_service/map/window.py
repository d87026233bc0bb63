"""A window onto the earth: Web Mercator (EPSG:3857) in the pixels of 256-pixel tiles, as every tile server counts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import asinh, log2, pi, radians, tan

TILE = 256
WIDTH, HEIGHT = 960, 720
_CLOSEST, _FARTHEST = 17, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """`left` and `top` are world pixels at `zoom`; tiles exist for whole ones only."""

    zoom: float
    left: float
    top: float

    def project(self, lat: float, lon: float) -> tuple[float, float]:
        """Pixels from the window's upper left corner."""
        x, y = _world(lat, lon, self.zoom)
        return round(x - self.left, 1), round(y - self.top, 1)

    def shows(self, x: float, y: float) -> bool:
        return 0 <= x <= WIDTH and 0 <= y <= HEIGHT

    def tiles(self) -> Iterator[tuple[int, int, float, float]]:
        """Column and row of each tile, and where its corner lies in the window."""
        for column in range(int(self.left // TILE), int((self.left + WIDTH) // TILE) + 1):
            for row in range(int(self.top // TILE), int((self.top + HEIGHT) // TILE) + 1):
                yield column, row, round(column * TILE - self.left, 1), round(row * TILE - self.top, 1)


def around(points: Iterable[tuple[float, float]], *, whole: bool) -> Window:
    """The closest window that shows all these (lat, lon); `whole`: at a zoom for which there are tiles."""
    at_zero = [_world(lat, lon, 0) for lat, lon in points]
    xs, ys = [x for x, _ in at_zero], [y for _, y in at_zero]
    spread = max((max(xs) - min(xs)) / WIDTH, (max(ys) - min(ys)) / HEIGHT, 1e-9)
    zoom = max(_FARTHEST, min(_CLOSEST, log2(1 / spread)))
    zoom = int(zoom) if whole else zoom
    scale = 2**zoom
    middle_x, middle_y = (max(xs) + min(xs)) / 2 * scale, (max(ys) + min(ys)) / 2 * scale
    return Window(zoom=zoom, left=middle_x - WIDTH / 2, top=middle_y - HEIGHT / 2)


def _world(lat: float, lon: float, zoom: float) -> tuple[float, float]:
    size = TILE * 2**zoom
    return (lon + 180) / 360 * size, (1 - asinh(tan(radians(lat))) / pi) / 2 * size
