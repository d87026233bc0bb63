"""Rows as people and programs read them."""

from __future__ import annotations

import pytest

from bench.parts import Part
from bench.row import Row
from bench.table import as_json, print_table

HOP = Row(name="hop_throughput", value=900, unit="1/s", floor=1_000, beside="bare")
SLOW = Row(name="alarm_to_notify_p99", value=60, unit="ms", floor=10, beside="bare")
START = Row(name="suite_start", value=5.5, unit="s", beside="empty folder")
PEER = Row(name="alarm_to_notify_p50_stock_nameko", value=9, unit="ms", floor=6, beside="bare")


def test_a_row_says_what_it_reached_what_the_bare_parts_reached_and_whether_it_is_enough() -> None:
    (row,) = as_json([SLOW])["rows"]
    assert row == {
        "name": "alarm_to_notify_p99",
        "value": 60,
        "unit": "ms",
        "floor": 10,
        "ratio": 6,
        "target": "<= 5 x floor",
        "met": False,
    }


def test_without_a_floor_the_target_is_in_the_rows_own_unit() -> None:
    (row,) = as_json([START])["rows"]
    assert (row["floor"], row["ratio"], row["target"], row["met"]) == (None, None, "<= 8", True)


def test_a_peer_is_shown_and_not_judged() -> None:
    (row,) = as_json([PEER])["rows"]
    assert (row["ratio"], row["target"], row["met"]) == (1.5, None, None)


def test_each_bound_of_a_target_is_missed_on_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([HOP, SLOW, START], {})
    said = capsys.readouterr().out
    assert "missed: hop_throughput: 900 is 10% below 1,000\n" in said
    assert "missed: alarm_to_notify_p99: 6 x floor is 20% above 5 x floor\n" in said
    assert "missed: suite_start" not in said


def test_a_path_that_breaks_leaves_its_rows_empty_and_missed() -> None:
    def broken() -> list[Row]:
        raise TimeoutError("nobody called")

    said: list[str] = []
    rows = Part(what="alarms", rows=["alarm_to_notify_p50", "alarm_to_notify_p99"], measure=broken).run(said.append)
    assert [(row.name, row.value, row.met) for row in rows] == [
        ("alarm_to_notify_p50", None, False),
        ("alarm_to_notify_p99", None, False),
    ]
    assert "nobody called" in said[-1]
