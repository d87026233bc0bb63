"""What the ledger's words allow, before any database is asked."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from payment_service.ledger.domain import account
from payment_service.ledger.domain.amount import Amount, AssetMismatch
from payment_service.ledger.domain.transfer import (
    Cause,
    Entry,
    Kind,
    NotPositive,
    OverCaptured,
    OverRefunded,
    Transfer,
    Unbalanced,
    expire,
    move,
    pending_of,
    post,
    refund,
    reserve,
    void,
)
from services.payment.tests.cast import GRANNY_WEN, NOVEMBER, PLUM_CARE

CLEARING = account.clearing("sandbox", "CNY")
HELD = account.payer_hold(GRANNY_WEN, "CNY")
PAYABLE = account.payable(PLUM_CARE, "CNY")


def cause(key: str = "key") -> Cause:
    return Cause(key=key, rule="test:rule/1", effective_time=NOVEMBER)


def on(transfer: Transfer, where: account.Account) -> int:
    return sum(entry.minor for entry in transfer.entries if entry.account == where)


@given(held=st.integers(1, 10**9), taken=st.integers(1, 10**9))
@example(held=700, taken=700)
@example(held=700, taken=701)
def test_a_hold_pays_the_provider_what_was_taken_and_gives_back_the_rest(held: int, taken: int) -> None:
    pending = pending_of(reserve(cause(), CLEARING, HELD, held))
    if taken > held:
        with pytest.raises(OverCaptured):
            post(cause(), pending, PAYABLE, taken)
        return
    posted = post(cause(), pending, PAYABLE, taken)
    assert (on(posted, HELD), on(posted, PAYABLE), on(posted, CLEARING)) == (-held, taken, held - taken)


@pytest.mark.parametrize(("resolve", "kind"), [(void, Kind.VOIDED), (expire, Kind.EXPIRED)])
def test_a_hold_let_go_goes_back_whole(resolve: object, kind: Kind) -> None:
    pending = pending_of(reserve(cause(), CLEARING, HELD, 700))
    gone = void(cause(), pending) if resolve is void else expire(cause(), pending)
    assert (gone.kind, gone.minor, on(gone, HELD), on(gone, CLEARING)) == (kind, 0, -700, 700)


def test_entries_that_do_not_sum_to_zero_are_no_transfer() -> None:
    entries = (Entry(account=CLEARING, minor=-100), Entry(account=PAYABLE, minor=99))
    with pytest.raises(Unbalanced):
        Transfer(cause=cause(), kind=Kind.POSTING, asset="CNY", minor=100, entries=entries)


def test_two_assets_in_one_transfer_each_sum_to_zero() -> None:
    """Hours given for a discount: what bonds and credits will need."""
    given, shop = account.payable(GRANNY_WEN, "HOURS"), account.payable("shops/tea", "HOURS")
    hours = (Entry(account=given, minor=-60), Entry(account=shop, minor=60))
    money = (Entry(account=CLEARING, minor=-900), Entry(account=PAYABLE, minor=900))
    Transfer(cause=cause(), kind=Kind.POSTING, asset="CNY", minor=900, entries=hours + money)
    mixed = (Entry(account=given, minor=-60), Entry(account=PAYABLE, minor=60))
    with pytest.raises(Unbalanced):
        Transfer(cause=cause(), kind=Kind.POSTING, asset="CNY", minor=60, entries=mixed)


@pytest.mark.parametrize("minor", [0, -1])
def test_nothing_and_less_cannot_be_moved(minor: int) -> None:
    with pytest.raises(NotPositive):
        move(cause(), CLEARING, PAYABLE, minor)


def test_no_more_is_refunded_than_was_posted() -> None:
    paid = move(cause(), CLEARING, PAYABLE, 500)
    assert refund(cause("back"), paid, PAYABLE, CLEARING, 500).refunds == paid.name
    with pytest.raises(OverRefunded):
        refund(cause("back"), paid, PAYABLE, CLEARING, 501)


def test_the_same_key_is_the_same_transfer_and_other_money_has_another_fingerprint() -> None:
    first, again = move(cause("k"), CLEARING, PAYABLE, 500), move(cause("k"), CLEARING, PAYABLE, 500)
    other = move(cause("k"), CLEARING, PAYABLE, 501)
    assert (first.name, first.fingerprint) == (again.name, again.fingerprint)
    assert other.name == first.name
    assert other.fingerprint != first.fingerprint


def test_fen_and_hours_are_not_added() -> None:
    fen, hours = Amount(minor=100, asset="CNY"), Amount(minor=60, asset="HOURS")
    assert (fen + fen - Amount(minor=50, asset="CNY")).minor == 150
    with pytest.raises(AssetMismatch):
        fen + hours
