"""Which lot pays, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_service.ledger.domain.amount import Amount
from payment_service.voucher.domain import (
    Lot,
    LotAlreadyExpired,
    LotEmpty,
    LotNeverOpens,
    grant,
    lapse,
    month_start,
    share,
)
from services.payment.tests.cast import EMERGENCY, GRANNY_WEN, LAKE, NOVEMBER

STARTS = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
ENDS = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)


def lot(name: str, remaining: int, *, ends: datetime = ENDS, scope: tuple[str, ...] = (), granted: int = 30_000) -> Lot:
    return Lot(
        name=f"lots/{name}",
        person=GRANNY_WEN,
        month="2026-11",
        scope=scope,
        start_time=STARTS,
        expire_time=ends,
        granted=Amount(minor=granted, asset="CNY"),
        payer_region=LAKE,
        remaining=remaining,
    )


def given_by(*lots: Lot, minor: int, at: datetime = NOVEMBER, service_class: str = EMERGENCY) -> dict[str, int]:
    shares = share(lots, minor, service_class, settlement="settlements/x", at=at)
    return {each.lot: each.transfer.minor for each in shares}


def test_the_lot_that_expires_first_pays_first() -> None:
    late, soon = lot("late", 5_000), lot("soon", 3_000, ends=ENDS - timedelta(days=3))
    assert given_by(late, soon, minor=4_000) == {"lots/soon": 3_000, "lots/late": 1_000}


def test_what_lots_cannot_pay_is_left_for_somebody_else() -> None:
    assert given_by(lot("small", 300), minor=4_000) == {"lots/small": 300}


def test_a_meal_voucher_pays_no_emergency() -> None:
    meals, all_classes = lot("meals", 5_000, scope=("meals",)), lot("all", 100)
    assert given_by(meals, all_classes, minor=4_000) == {"lots/all": 100}
    assert given_by(meals, minor=4_000, service_class="meals") == {"lots/meals": 4_000}


@pytest.mark.parametrize(
    ("at", "pays"),
    [
        (STARTS - timedelta(microseconds=1), False),
        (STARTS, True),
        (ENDS - timedelta(microseconds=1), True),
        (ENDS, False),
    ],
)
def test_a_lot_pays_from_the_first_moment_of_its_month_until_it_expires(at: datetime, pays: bool) -> None:
    assert bool(given_by(lot("november", 5_000), minor=100, at=at)) is pays


def test_a_month_begins_when_it_begins_where_the_elder_lives() -> None:
    assert month_start("2026-11", "Asia/Shanghai") == STARTS
    assert month_start("2026-11", "Europe/Berlin") == datetime(2026, 10, 31, 23, 0, tzinfo=UTC)


@given(
    remains=st.lists(st.tuples(st.integers(0, 9_999), st.integers(-40, 40)), max_size=6), minor=st.integers(0, 30_000)
)
def test_shares_never_exceed_a_lot_nor_the_price_and_leave_nothing_spendable_unused(
    remains: list[tuple[int, int]], minor: int
) -> None:
    lots = [lot(f"{n}", left, ends=NOVEMBER + timedelta(days=days)) for n, (left, days) in enumerate(remains)]
    taken = given_by(*lots, minor=minor)
    spendable = {each.name: each.remaining for each in lots if each.pays_for(EMERGENCY, NOVEMBER)}
    assert all(0 < amount <= spendable[name] for name, amount in taken.items())
    assert sum(taken.values()) == min(minor, sum(spendable.values()))


def test_a_lot_nobody_could_spend_is_not_granted() -> None:
    with pytest.raises(LotEmpty):
        grant(lot("empty", 0, granted=0), key="k", now=NOVEMBER)
    with pytest.raises(LotAlreadyExpired):
        grant(lot("over", 1), key="k", now=ENDS)
    with pytest.raises(LotNeverOpens):
        grant(lot("closed", 1, ends=STARTS), key="k", now=STARTS - timedelta(days=9))


def test_what_nobody_spent_goes_back_to_the_region_once_the_lot_is_over() -> None:
    left = lot("left", 800)
    assert lapse(left, key="k", now=ENDS - timedelta(seconds=1)) is None
    assert lapse(lot("spent", 0), key="k", now=ENDS) is None
    returned = lapse(left, key="k", now=ENDS)
    assert returned is not None
    assert {entry.account.kind: entry.minor for entry in returned.entries} == {"voucher_lot": -800, "funding": 800}
