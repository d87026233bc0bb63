"""One order's money, told as it happens."""

from __future__ import annotations

import pytest

from payment_service.ledger.domain import account
from payment_service.ledger.domain.amount import Amount, AssetMismatch
from payment_service.ledger.domain.transfer import Cause, Transfer, reserve
from payment_service.settlement.domain.asks import Authorise, Capture, Void
from payment_service.settlement.domain.facts import HoldPlaced, HoldRefused, HoldReleased, Settled
from payment_service.settlement.domain.parts import State, Terms
from payment_service.settlement.domain.refusals import AlreadyConfirmed, AlreadyLetGo, PriceChanged
from payment_service.settlement.domain.settlement import Settlement
from payment_service.voucher.domain import Share
from services.payment.tests.cast import GRANNY_WEN, LAKE, NOVEMBER, PEAR_CARE, PLUM_CARE, PLUM_GARDEN

NAME = "settlements/x"
PAYER = "payers/x"


def fen(minor: int) -> Amount:
    return Amount(minor=minor, asset="CNY")


def reserved(lot: str, minor: int) -> Share:
    cause = Cause(key=f"{NAME}:hold:{lot}", rule="test:rule/1", effective_time=NOVEMBER, settlement=NAME)
    transfer: Transfer = reserve(cause, account.voucher_lot(lot, "CNY"), account.lot_hold(lot, "CNY"), minor)
    return Share(lot=lot, transfer=transfer)


def accepted(cap: int, *lots: int, payer: str = PAYER) -> Settlement:
    terms = Terms(
        order="orders/x",
        incident="incidents/x",
        person=GRANNY_WEN,
        payee=PLUM_CARE,
        region=PLUM_GARDEN,
        payer_region=LAKE,
        service_class="emergency",
        urgent=True,
        cap=fen(cap),
        accept_time=NOVEMBER,
    )
    shares = [reserved(f"lots/{place}", minor) for place, minor in enumerate(lots)]
    return Settlement.hold(NAME, terms, shares, payer=payer, processor="sandbox")


def test_vouchers_that_cover_the_cap_hold_at_once_and_nobody_is_asked() -> None:
    held = accepted(10_000, 4_000, 6_000)
    assert held.state is State.HELD
    assert held.facts == [HoldPlaced(voucher_part=fen(10_000), secure_part=fen(0))]
    assert held.asks == []


def test_the_processor_is_asked_for_what_the_vouchers_do_not_cover() -> None:
    holding = accepted(10_000, 4_000)
    assert holding.state is State.HOLDING
    assert holding.asks == [Authorise(payer=PAYER, amount=fen(6_000))]
    assert holding.facts == []


def test_an_urgent_order_whose_payer_is_unknown_goes_on_with_an_open_claim() -> None:
    claimed = accepted(10_000, 4_000, payer="")
    assert claimed.state is State.CLAIM_OPEN
    assert claimed.facts == [HoldRefused(reason="NO_PAYER", claim_part=fen(6_000))]


def test_vouchers_are_taken_first_and_the_rest_of_the_hold_is_let_go() -> None:
    paid = accepted(10_000, 4_000)
    paid.authorised("auth_1", at=NOVEMBER)
    paid.confirm(fen(5_000), at=NOVEMBER)
    assert paid.asks[-1] == Capture(reference="auth_1", amount=fen(1_000))
    paid.captured(at=NOVEMBER)
    assert paid.state is State.SETTLED
    assert paid.facts[-1] == Settled(
        price=fen(5_000), voucher_part=fen(4_000), secure_part=fen(1_000), claim_part=fen(0)
    )


def test_a_price_the_vouchers_cover_lets_the_whole_secure_part_go() -> None:
    paid = accepted(10_000, 4_000)
    paid.authorised("auth_1", at=NOVEMBER)
    paid.confirm(fen(3_000), at=NOVEMBER)
    assert paid.asks[-1] == Void(reference="auth_1")
    assert paid.state is State.CAPTURING
    paid.voided(at=NOVEMBER)
    assert isinstance(paid.facts[-1], Settled)
    assert (paid.voucher_part, paid.secure_part, paid.claim_part) == (3_000, 0, 0)


def test_a_price_above_the_cap_takes_what_is_held_and_claims_the_rest() -> None:
    paid = accepted(10_000, 4_000)
    paid.authorised("auth_1", at=NOVEMBER)
    paid.confirm(fen(11_500), at=NOVEMBER)
    paid.captured(at=NOVEMBER)
    assert (paid.voucher_part, paid.secure_part, paid.claim_part) == (4_000, 6_000, 1_500)


def test_confirmed_before_the_processor_answered_goes_on_when_it_answers() -> None:
    early = accepted(10_000, 4_000)
    early.confirm(fen(5_000), at=NOVEMBER)
    assert early.state is State.HOLDING
    early.authorised("auth_1", at=NOVEMBER)
    assert early.asks[-1] == Capture(reference="auth_1", amount=fen(1_000))
    early.captured(at=NOVEMBER)
    assert [type(fact) for fact in early.facts] == [HoldPlaced, Settled]


def test_confirmed_before_the_processor_refused_is_settled_with_a_claim() -> None:
    early = accepted(10_000, 4_000)
    early.confirm(fen(5_000), at=NOVEMBER)
    early.authorisation_refused("CARD_DECLINED", at=NOVEMBER)
    assert [type(fact) for fact in early.facts] == [HoldRefused, Settled]
    assert (early.voucher_part, early.secure_part, early.claim_part) == (4_000, 0, 1_000)


def test_cancelled_while_the_processor_is_asked_lets_go_of_what_it_then_holds() -> None:
    cancelled = accepted(10_000, 4_000)
    cancelled.cancel(at=NOVEMBER)
    assert cancelled.facts == []
    cancelled.authorised("auth_1", at=NOVEMBER)
    assert cancelled.asks[-1] == Void(reference="auth_1")
    cancelled.voided(at=NOVEMBER)
    assert cancelled.state is State.RELEASED
    assert cancelled.facts == [HoldReleased()]


def test_cancelled_while_the_processor_is_asked_and_refuses_is_released() -> None:
    cancelled = accepted(10_000)
    cancelled.cancel(at=NOVEMBER)
    cancelled.authorisation_refused("CARD_DECLINED", at=NOVEMBER)
    assert cancelled.facts == [HoldReleased()]


def test_an_authorisation_that_lapsed_at_the_processor_leaves_a_claim_not_a_hole() -> None:
    late = accepted(10_000, 4_000)
    late.authorised("auth_1", at=NOVEMBER)
    late.confirm(fen(9_000), at=NOVEMBER)
    late.capture_refused(at=NOVEMBER)
    assert (late.voucher_part, late.secure_part, late.claim_part) == (4_000, 0, 5_000)
    assert late.state is State.SETTLED


def test_a_free_visit_is_held_and_settled_without_any_money() -> None:
    free = accepted(0)
    free.confirm(fen(0), at=NOVEMBER)
    assert [type(fact) for fact in free.facts] == [HoldPlaced, Settled]
    assert free.transfers == []


def test_what_was_decided_first_stands() -> None:
    confirmed, cancelled = accepted(10_000, 10_000), accepted(10_000, 10_000)
    confirmed.confirm(fen(5_000), at=NOVEMBER)
    cancelled.cancel(at=NOVEMBER)
    with pytest.raises(AlreadyConfirmed):
        confirmed.cancel(at=NOVEMBER)
    with pytest.raises(PriceChanged):
        confirmed.confirm(fen(5_001), at=NOVEMBER)
    with pytest.raises(AlreadyLetGo):
        cancelled.confirm(fen(5_000), at=NOVEMBER)


def test_told_twice_it_does_nothing_twice() -> None:
    paid = accepted(10_000, 4_000)
    for _ in range(2):
        paid.authorised("auth_1", at=NOVEMBER)
        paid.confirm(fen(5_000), at=NOVEMBER)
    for _ in range(2):
        paid.captured(at=NOVEMBER)
        paid.voided(at=NOVEMBER)
        paid.capture_refused(at=NOVEMBER)
    assert [type(fact) for fact in paid.facts] == [HoldPlaced, Settled]


def test_a_price_in_hours_cannot_be_taken_from_yuan() -> None:
    with pytest.raises(AssetMismatch):
        accepted(10_000).confirm(Amount(minor=5, asset="HOURS"), at=NOVEMBER)


def test_another_worker_who_takes_the_order_is_the_one_who_is_paid() -> None:
    held = accepted(10_000, 10_000)
    held.reassign(PEAR_CARE)
    held.confirm(fen(10_000), at=NOVEMBER)
    paid = [entry.account.name for entry in held.transfers[-1].entries if entry.account.kind == "payable"]
    assert paid == [account.payable(PEAR_CARE, "CNY").name]
