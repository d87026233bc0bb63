"""Latencies as a page that needs nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from suite.latency_plot import write_latency_plot

CALM = [(at / 10, 20.0) for at in range(100)]


def test_a_fault_is_shaded_where_it_was_and_named(tmp_path: Path) -> None:
    page = written(tmp_path, [(2.0, 4.0, "broker frozen <SIGSTOP>"), (6.0, 6.5, "order killed")])
    widths = [float(width) for width in re.findall(r'class="fault"[^>]* width="([\d.]+)"', page)]
    lefts = [float(left) for left in re.findall(r'class="fault" x="([\d.]+)"', page)]
    assert widths[0] == pytest.approx(4 * widths[1], rel=0.01)
    assert lefts[1] - lefts[0] == pytest.approx(2 * widths[0], rel=0.01)
    assert "broker frozen &lt;SIGSTOP&gt;" in page
    assert "order killed" in page


def test_the_page_asks_nobody_for_anything(tmp_path: Path) -> None:
    page = written(tmp_path, [])
    assert not re.search(r"https?:|src=|href=|@import|<script", page)
    assert 'class="fault"' not in page


def test_each_series_has_its_points_and_figures(tmp_path: Path) -> None:
    page = written(tmp_path, [], late=[(1.0, 900.0), (2.0, 1_100.0)])
    assert page.count("h0") == len(CALM) + 2
    assert "<tr><td>alarms<td>100<td>20.0<td>20.0<td>20.0</tr>" in page
    assert "<tr><td>late<td>2<td>900.0<td>1100.0<td>1100.0</tr>" in page


def test_nothing_seen_is_no_plot(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        write_latency_plot(tmp_path / "plot.html", {"alarms": []}, [])


def written(folder: Path, faults: list[tuple[float, float, str]], **more: list[tuple[float, float]]) -> str:
    path = folder / "build" / "plot.html"
    write_latency_plot(path, {"alarms": CALM, **more}, faults)
    return path.read_text()
