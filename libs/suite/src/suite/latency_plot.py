"""Latencies over time as one HTML page that needs nothing else; fault windows are shaded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from pathlib import Path

from suite.percentile import percentile

Points = Sequence[tuple[float, float]]
Fault = tuple[float, float, str]

_WIDTH, _HEIGHT = 1000, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 30, 40
_COLOURS = ("#0b6e99", "#c4540a", "#3b7d23", "#8e3b8a", "#7a6a00", "#a3262a")
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Latencies</title>
<style>body {{ font: 14px sans-serif; margin: 2em; color: #222 }} th, td {{ padding: .1em 1em; text-align: right }}
th:first-child, td:first-child {{ text-align: left }} svg {{ width: 100%; height: auto }}</style>
<svg viewBox="0 0 {width} {height}" role="img" aria-label="Latency in milliseconds over seconds">
{picture}
</svg>
<table><tr><th>series<th>points<th>p50 ms<th>p99 ms<th>largest ms</tr>
{rows}
</table>
</html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """Seconds from left to right, milliseconds upwards by their logarithm."""

    from_s: float
    to_s: float
    low: int
    high: int

    def x(self, seconds: float) -> float:
        share = (seconds - self.from_s) / (self.to_s - self.from_s)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(self, ms: float) -> float:
        share = (log10(max(ms, 10**self.low)) - self.low) / (self.high - self.low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def write_latency_plot(path: Path, series: Mapping[str, Points], faults: Sequence[Fault]) -> None:
    """`series`: name → (seconds, milliseconds) a point; `faults`: (from, to, what), in the same seconds.

    Raises ValueError when no series has a point.
    """
    filled = {name: points for name, points in series.items() if points}
    scale = _scale([point for points in filled.values() for point in points], faults)
    picture = [*_faults(faults, scale), *_grid(scale)]
    for number, (name, points) in enumerate(filled.items()):
        picture += _series(number, name, points, scale)
    rows = [_row(name, [ms for _, ms in points]) for name, points in filled.items()]
    page = _PAGE.format(width=_WIDTH, height=_HEIGHT, picture="\n".join(picture), rows="\n".join(rows))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page)


def _scale(points: Points, faults: Sequence[Fault]) -> _Scale:
    if not points:
        raise ValueError("nothing to draw: no series has a point")
    moments = [at for at, _ in points] + [edge for fault in faults for edge in fault[:2]]
    values = [max(ms, 0.1) for _, ms in points]
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return _Scale(from_s=min(moments), to_s=max(*moments, min(moments) + 1), low=low, high=max(high, low + 1))


def _faults(faults: Sequence[Fault], scale: _Scale) -> Iterator[str]:
    for from_s, to_s, what in faults:
        left, right = scale.x(from_s), scale.x(to_s)
        yield (
            f'<rect class="fault" x="{left:.1f}" y="{_TOP}" width="{max(1.0, right - left):.1f}"'
            f' height="{_HEIGHT - _TOP - _BOTTOM}" fill="#d33" fill-opacity=".15"><title>{escape(what)}</title></rect>'
        )
        yield f'<text x="{left + 4:.1f}" y="{_HEIGHT - _BOTTOM - 6}" fill="#a22">{escape(what)}</text>'


def _grid(scale: _Scale) -> Iterator[str]:
    for power in range(scale.low, scale.high + 1):
        y = scale.y(10**power)
        yield f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ccc"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} ms</text>'
    for step in range(11):
        seconds = scale.from_s + (scale.to_s - scale.from_s) * step / 10
        y = _HEIGHT - _BOTTOM + 20
        yield f'<text x="{scale.x(seconds):.1f}" y="{y}" text-anchor="middle">{seconds:.1f} s</text>'


def _series(number: int, name: str, points: Points, scale: _Scale) -> Iterator[str]:
    colour = _COLOURS[number % len(_COLOURS)]
    yield f'<text x="{_LEFT + number * 130}" y="18" fill="{colour}">● {escape(name)}</text>'
    dots = "".join(f"M{scale.x(at):.1f} {scale.y(ms):.1f}h0" for at, ms in points)
    yield f'<path d="{dots}" stroke="{colour}" stroke-opacity=".6" stroke-width="5" stroke-linecap="round"/>'


def _row(name: str, values: Sequence[float]) -> str:
    figures = (percentile(values, 0.5), percentile(values, 0.99), max(values))
    cells = "".join(f"<td>{figure:.1f}" for figure in figures)
    return f"<tr><td>{escape(name)}<td>{len(values)}{cells}</tr>"
