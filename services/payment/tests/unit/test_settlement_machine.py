"""Whatever order decides and the processor answers, in any order and twice: money is whole and told once."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from payment_service.ledger.domain.transfer import move
from payment_service.settlement.domain.asks import Authorise, Capture, Void
from payment_service.settlement.domain.facts import HoldReleased, Settled
from payment_service.settlement.domain.parts import State
from payment_service.settlement.domain.refusals import AlreadyConfirmed, AlreadyLetGo, PriceChanged
from payment_service.settlement.domain.settlement import Settlement
from services.payment.tests.cast import NOVEMBER
from services.payment.tests.ledger_model import LedgerModel
from services.payment.tests.unit.test_settlement import accepted, fen
from services.payment.tests.unit.test_transfers import CLEARING, cause

FINAL = (State.SETTLED, State.RELEASED)


class Settling(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.ledger = LedgerModel()
        self.authorised = self.captured = self.price = 0
        self.decided = ""
        self.posted = self.asked = 0
        self.is_released = False
        self.settlement: Settlement

    @initialize(lots=st.lists(st.integers(1, 4_000), max_size=3), rest=st.integers(0, 9_000), payer=st.booleans())
    def accept(self, lots: list[int], rest: int, payer: bool) -> None:
        self.settlement = accepted(sum(lots) + rest, *lots, payer="payers/x" if payer else "")
        for place, held in enumerate(self.settlement.lots):
            self.ledger.post(move(cause(f"grant {place}"), CLEARING, held.pending.source, held.pending.minor))
        self._follow()

    @rule(price=st.integers(0, 20_000))
    def confirm(self, price: int) -> None:
        try:
            self.settlement.confirm(fen(price), at=NOVEMBER)
        except AlreadyLetGo:
            assert self.decided == "cancelled"
            return
        except PriceChanged:
            assert self.decided == "confirmed"
            assert price != self.price
            return
        self.decided, self.price = "confirmed", price
        self._follow()

    @rule()
    def cancel(self) -> None:
        try:
            self.settlement.cancel(at=NOVEMBER)
        except AlreadyConfirmed:
            assert self.decided == "confirmed"
            return
        self.decided = "cancelled"
        self._follow()

    @precondition(lambda self: self.asked < len(self.settlement.asks))
    @rule(well=st.booleans())
    def answer(self, well: bool) -> None:
        ask, settlement = self.settlement.asks[self.asked], self.settlement
        self.asked += 1
        match ask, well:
            case Authorise(amount=amount), True:
                self.authorised = amount.minor
                settlement.authorised("auth_1", at=NOVEMBER)
            case Authorise(), False:
                settlement.authorisation_refused("CARD_DECLINED", at=NOVEMBER)
            case Capture(amount=amount), True:
                assert 0 < amount.minor <= self.authorised
                self.captured, self.is_released = amount.minor, True
                settlement.captured(at=NOVEMBER)
            case Capture(), False:
                self.is_released = True
                settlement.capture_refused(at=NOVEMBER)
            case Void(), _:
                self.is_released = True
                settlement.voided(at=NOVEMBER) if well else settlement.void_refused(at=NOVEMBER)
        self._follow()

    @precondition(lambda self: self.asked > 0)
    @rule()
    def hear_an_old_answer_again(self) -> None:
        ask, settlement = self.settlement.asks[self.asked - 1], self.settlement
        if isinstance(ask, Authorise):
            settlement.authorised("auth_1", at=NOVEMBER)
            settlement.authorisation_refused("CARD_DECLINED", at=NOVEMBER)
        elif settlement.state in FINAL:
            settlement.captured(at=NOVEMBER)
            settlement.voided(at=NOVEMBER)
        self._follow()

    def _follow(self) -> None:
        for transfer in self.settlement.transfers[self.posted :]:
            self.ledger.post(transfer)
        self.posted = len(self.settlement.transfers)

    @invariant()
    def the_end_is_told_once(self) -> None:
        ends = [fact for fact in self.settlement.facts if isinstance(fact, Settled | HoldReleased)]
        assert len(ends) == (self.settlement.state in FINAL)
        assert len({type(ask) for ask in self.settlement.asks}) == len(self.settlement.asks)

    @invariant()
    def the_provider_gets_the_price_or_nothing(self) -> None:
        paid = self.ledger.of_kind("payable")
        assert paid <= self.price
        if self.settlement.state is State.SETTLED:
            assert paid == self.price
            assert self.settlement.secure_part == self.captured
        if self.decided != "confirmed":
            assert paid == 0

    @invariant()
    def nothing_is_left_hanging(self) -> None:
        everything_answered = self.asked == len(self.settlement.asks)
        if self.decided and everything_answered:
            assert self.settlement.state in FINAL
            assert self.ledger.pending == {}
            assert self.ledger.of_kind("lot_hold") == self.ledger.of_kind("payer_hold") == 0
            assert self.is_released or not self.authorised


Settling.TestCase.settings = settings(max_examples=400, stateful_step_count=12)
TestSettling = Settling.TestCase
