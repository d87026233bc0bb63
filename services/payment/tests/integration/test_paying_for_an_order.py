"""From accepted to settled, on the real database and the real sandbox."""

from __future__ import annotations

from chassis.ids import uuid7
from eldercare.payment.v1.events_pb2 import HoldPlaced, HoldRefused, PaymentSettled
from payment_service.ledger.store import entries_of
from payment_service.settlement.domain.parts import State
from services.payment.tests.cast import GRANNY_WEN, PEAR_CARE, PLUM_CARE, visit
from services.payment.tests.till import Till

PAYABLE = f"accounts/{PLUM_CARE}/payable/CNY"


def test_a_visit_is_paid_by_vouchers_first_and_the_daughters_card_for_the_rest(till: Till) -> None:
    lot, visited = till.grant(4_000), visit(cap=10_000)
    till.payer("tok_ok")
    till.hears(visited.accepted())
    assert till.settlement(visited.settlement).state is State.HOLDING
    till.asks_processor()
    assert (till.lot(lot.name).remaining, till.lot(lot.name).held, till.sandbox.held()) == (0, 4_000, 6_000)
    till.hears(visited.confirmed(7_500))
    till.asks_processor()
    assert till.settlement(visited.settlement).state is State.SETTLED
    assert till.parts(visited.settlement) == (4_000, 3_500, 0)
    assert (till.sandbox.taken(), till.sandbox.held()) == (3_500, 0)
    assert (till.balance(PAYABLE), till.balance("accounts/processors/sandbox/clearing/CNY")) == (7_500, -3_500)
    assert till.facts() == ["HoldPlaced", "PaymentSettled"]
    assert till.breaches() == []


def test_every_fact_tells_the_story_it_belongs_to(till: Till) -> None:
    till.grant(4_000)
    till.payer("tok_ok")
    visited = visit(cap=10_000)
    till.hears(visited.accepted())
    till.asks_processor()
    till.hears(visited.confirmed(7_500))
    till.asks_processor()
    told = till.database.events(HoldPlaced, PaymentSettled)
    for envelope, _ in told:
        assert (envelope.aggregate, envelope.correlation) == (visited.settlement, "incidents/b1")
        assert envelope.person == GRANNY_WEN
    assert [envelope.rule.partition(":")[0] for envelope, _ in told] == ["voucher", "settle"]
    settled = told[-1][1]
    assert isinstance(settled, PaymentSettled)
    assert (settled.price.minor, settled.voucher_part.minor, settled.secure_part.minor) == (7_500, 4_000, 3_500)
    assert (settled.order, settled.incident, settled.person) == (visited.order, visited.incident, GRANNY_WEN)


def test_every_fen_has_an_entry_and_a_rule(till: Till) -> None:
    lot, visited = till.grant(4_000), visit(cap=10_000)
    till.payer("tok_ok")
    till.hears(visited.accepted())
    till.asks_processor()
    till.hears(visited.confirmed(3_000))
    till.asks_processor()
    with till.database.work() as work:
        entries = entries_of(work, visited.settlement)
    told = [(entry.account, entry.amount.minor, entry.rule) for entry in entries]
    assert (f"accounts/{lot.name}", 1_000, "settle:vouchers-first-whole-units/1") in told
    assert (PAYABLE, 3_000, "settle:vouchers-first-whole-units/1") in told
    assert sum(minor for _, minor, _ in told) == 0
    assert all(rule for _, _, rule in told)


def test_vouchers_alone_pay_and_no_processor_is_called(till: Till) -> None:
    soon, late = till.grant(6_000, days=20), till.grant(9_000, days=30)
    visited = visit(cap=10_000)
    till.hears(visited.accepted())
    assert till.asks_processor() == 0
    till.hears(visited.confirmed(7_000))
    assert till.parts(visited.settlement) == (7_000, 0, 0)
    assert (till.lot(soon.name).remaining, till.lot(late.name).remaining) == (0, 8_000)
    assert (till.lot(soon.name).held, till.lot(late.name).held) == (0, 0)
    assert till.sandbox.statement() == []
    assert till.breaches() == []


def test_a_card_alone_pays_where_no_voucher_fits(till: Till) -> None:
    till.grant(9_000, scope=("meals",))
    till.payer("tok_ok")
    visited = visit(cap=10_000)
    till.hears(visited.accepted())
    till.asks_processor()
    till.hears(visited.confirmed(7_000))
    till.asks_processor()
    assert till.parts(visited.settlement) == (0, 7_000, 0)
    assert (till.sandbox.taken(), till.sandbox.held()) == (7_000, 0)


def test_a_declined_card_stops_no_urgent_visit_and_leaves_a_claim(till: Till) -> None:
    till.grant(4_000)
    till.payer("tok_declined")
    visited = visit(cap=10_000)
    till.hears(visited.accepted())
    till.asks_processor()
    (refused,) = till.database.messages(HoldRefused)
    assert isinstance(refused, HoldRefused)
    assert (refused.reason, refused.claim_part.minor) == ("CARD_DECLINED", 6_000)
    assert till.parts(visited.settlement) == (4_000, 0, 6_000)
    till.hears(visited.confirmed(7_000))
    assert till.parts(visited.settlement) == (4_000, 0, 3_000)
    assert (till.balance(PAYABLE), till.balance(f"accounts/{GRANNY_WEN}/claim/CNY")) == (7_000, -3_000)
    assert till.facts() == ["HoldRefused", "PaymentSettled"]
    assert till.breaches() == []


def test_nobody_pays_and_the_visit_is_settled_as_a_claim(till: Till) -> None:
    visited = visit(cap=10_000)
    till.hears(visited.accepted())
    assert till.facts() == ["HoldRefused"]
    till.hears(visited.confirmed(7_000))
    assert till.parts(visited.settlement) == (0, 0, 7_000)


def test_confirmed_before_the_hold_answered_is_settled_when_it_does(till: Till) -> None:
    till.grant(4_000)
    till.payer("tok_ok")
    visited = visit(cap=10_000)
    till.hears(visited.accepted())
    till.hears(visited.confirmed(7_000))
    assert till.facts() == []
    till.asks_processor()
    assert till.facts() == ["HoldPlaced", "PaymentSettled"]
    assert till.parts(visited.settlement) == (4_000, 3_000, 0)
    assert till.breaches() == []


def test_a_visit_confirmed_that_nobody_was_told_of_is_held_and_paid_at_once(till: Till) -> None:
    till.grant(4_000)
    till.payer("tok_ok")
    visited = visit()
    till.hears(visited.confirmed(7_000))
    till.asks_processor()
    assert till.parts(visited.settlement) == (4_000, 3_000, 0)
    assert till.balance(PAYABLE) == 7_000


def test_every_event_heard_twice_moves_money_once(till: Till) -> None:
    till.grant(4_000)
    till.payer("tok_ok")
    visited = visit(cap=10_000)
    accepted = till.hears(visited.accepted())
    till.hears(visited.accepted(), event_id=accepted)
    till.asks_processor()
    confirmed = till.hears(visited.confirmed(7_000))
    till.hears(visited.confirmed(7_000), event_id=confirmed)
    till.asks_processor()
    till.hears(visited.accepted(), event_id=uuid7())
    till.hears(visited.confirmed(7_000), event_id=uuid7())
    assert till.asks_processor() == 0
    assert till.facts() == ["HoldPlaced", "PaymentSettled"]
    assert (till.balance(PAYABLE), till.sandbox.taken()) == (7_000, 3_000)
    assert till.database.set_aside() == []


def test_another_provider_takes_over_and_is_paid_from_the_same_hold(till: Till) -> None:
    till.grant(9_000)
    visited = visit(cap=8_000)
    till.hears(visited.accepted())
    till.hears(visited.by(PEAR_CARE).accepted())
    till.hears(visited.confirmed(8_000))
    assert till.facts() == ["HoldPlaced", "PaymentSettled"]
    assert (till.balance(f"accounts/{PEAR_CARE}/payable/CNY"), till.balance(PAYABLE)) == (8_000, 0)


def test_a_cancelled_order_gives_back_vouchers_and_card(till: Till) -> None:
    lot, visited = till.grant(4_000), visit(cap=10_000)
    till.payer("tok_ok")
    till.hears(visited.accepted())
    till.asks_processor()
    till.hears(visited.cancelled())
    assert (till.lot(lot.name).remaining, till.settlement(visited.settlement).state) == (4_000, State.RELEASING)
    till.asks_processor()
    assert (till.sandbox.taken(), till.sandbox.held()) == (0, 0)
    assert till.facts() == ["HoldPlaced", "HoldReleased"]
    assert till.balance("accounts/processors/sandbox/clearing/CNY") == 0
    assert till.breaches() == []


def test_a_missed_visit_costs_nothing(till: Till) -> None:
    lot, visited = till.grant(12_000), visit(cap=10_000)
    till.hears(visited.accepted())
    till.hears(visited.missed())
    assert (till.lot(lot.name).remaining, till.lot(lot.name).held) == (12_000, 0)
    assert till.facts() == ["HoldPlaced", "HoldReleased"]


def test_cancelled_while_the_card_is_asked_holds_nothing_in_the_end(till: Till) -> None:
    till.payer("tok_ok")
    visited = visit(cap=10_000)
    till.hears(visited.accepted())
    till.hears(visited.cancelled())
    till.asks_processor()
    assert (till.sandbox.held(), till.settlement(visited.settlement).state) == (0, State.RELEASED)
    assert till.facts() == ["HoldReleased"]


def test_an_order_cancelled_before_anybody_accepted_holds_nothing_later(till: Till) -> None:
    lot, visited = till.grant(12_000), visit()
    till.hears(visited.cancelled())
    till.hears(visited.accepted())
    assert till.lot(lot.name).remaining == 12_000
    assert till.facts() == []


def test_confirmed_at_two_prices_keeps_the_first_and_shows_the_second(till: Till) -> None:
    till.grant(12_000)
    visited = visit()
    till.hears(visited.accepted())
    till.hears(visited.confirmed(5_000))
    till.hears(visited.confirmed(6_000))
    (kept,) = till.database.set_aside()
    assert kept["reason"] == "PriceChanged"
    assert till.balance(PAYABLE) == 5_000


def test_a_price_that_needs_no_card_lets_the_card_go(till: Till) -> None:
    till.grant(4_000)
    till.payer("tok_ok")
    visited = visit(cap=10_000)
    till.hears(visited.accepted())
    till.asks_processor()
    till.hears(visited.confirmed(3_000))
    assert till.facts() == ["HoldPlaced"]
    till.asks_processor()
    assert till.parts(visited.settlement) == (3_000, 0, 0)
    assert (till.sandbox.taken(), till.sandbox.held()) == (0, 0)
