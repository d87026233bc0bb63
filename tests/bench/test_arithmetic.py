"""What turns turns of a measurement into a figure somebody relies on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bench.alarm_rate import STEP, highest, pace
from bench.backlog import Sample, growing, growth
from bench.parts import Part, chosen
from bench.rounds import Rounds
from bench.stories import rate
from bench.watches import Press
from suite.percentile import percentile

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_a_percentile_is_a_value_that_was_seen() -> None:
    waits = [float(ms) for ms in range(1, 101)]
    assert [percentile(waits, share) for share in (0.5, 0.99, 1)] == [50, 99, 100]
    assert percentile([7.0], 0.99) == 7


def test_of_no_values_there_is_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def backlog(*, full: int, grows: float, beside: int = 0) -> list[Sample]:
    """A queue that fills for two seconds and then holds `full` pieces, plus what it does not get rid of."""
    sizes = [int(min(at / 10, 1) * full + max(0, at - 10) / 5 * grows) for at in range(100)]
    return [(at / 5, {"order.events": size, "notify.effects": beside}) for at, size in enumerate(sizes)]


PUT_IN = {"order.events": 10.0, "notify.effects": 200.0}


def test_a_chain_that_fills_and_then_holds_its_level_keeps_up() -> None:
    assert growing(backlog(full=60, grows=0, beside=900), PUT_IN) == []


def test_a_queue_that_falls_behind_by_a_tenth_is_not_hidden_by_a_busier_place() -> None:
    behind = backlog(full=60, grows=1)
    assert growth(behind, "order.events") == pytest.approx(1, rel=0.2)
    assert growing(behind, PUT_IN) == ["order.events"]


def test_what_grows_where_nothing_is_put_in_grows() -> None:
    assert growing(backlog(full=0, grows=1), {}) == ["order.events"]


def test_many_pieces_of_few_alarms_are_judged_by_their_own_number() -> None:
    samples = [(at / 5, {"notify.effects": at}) for at in range(100)]
    assert growing(samples, {"notify.effects": 200.0}) == []
    assert growing(samples, {"notify.effects": 50.0}) == ["notify.effects"]


def test_a_chain_nobody_looked_at_has_not_kept_up() -> None:
    assert growing([(0, {}), (1, {})], PUT_IN) == ["unseen"]


@pytest.mark.parametrize("limit", [12, 40, 99, 100, 116, 180])
def test_the_ladder_ends_on_the_highest_rung_that_is_kept(limit: float) -> None:
    found = highest(100, lambda tried: tried <= limit)
    assert found <= limit < found * STEP


def test_a_box_that_keeps_no_rate_has_none() -> None:
    assert highest(100, lambda _: False) == 0


def test_presses_that_came_out_late_were_not_the_wanted_rate() -> None:
    presses = [Press(device=f"devices/{n}", sent=NOON + timedelta(seconds=n / 40)) for n in range(81)]
    assert pace(presses) == pytest.approx(40)


def test_parts_are_chosen_by_how_a_row_of_theirs_begins() -> None:
    hop = Part(what="", rows=["hop_throughput"], measure=list)
    export = Part(what="", rows=["export_throughput", "export_memory"], measure=list)
    assert chosen([hop, export], ["export"]) == chosen([hop, export], ["export_memory"]) == [export]
    assert chosen([hop, export], []) == [hop, export]


def test_only_stories_inside_the_window_count() -> None:
    assert rate([0.5, 2, 3, 4, 9], from_s=1, to_s=5) == pytest.approx(3 / 4)


def test_value_and_floor_take_turns_and_the_first_of_each_is_thrown_away() -> None:
    told: list[str] = []

    def measured(name: str, values: list[float]) -> float:
        told.append(name)
        return values.pop(0)

    suite, floor = [900.0, 3, 1, 2], [900.0, 6, 4, 5]
    assert Rounds.quick().medians(lambda: measured("suite", suite), lambda: measured("floor", floor)) == (2, 5)
    assert told == ["suite", "floor"] * 4
