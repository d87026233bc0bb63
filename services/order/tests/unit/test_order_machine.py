"""Whatever people do in whatever order: an order moves forward only, has one holder, and money only at the end."""

from datetime import datetime, timedelta

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from order_service.visit.domain import facts
from order_service.visit.domain.offer import Offer
from order_service.visit.domain.refusals import OrderRefusal
from order_service.visit.domain.words import FINISHED, ArrivalProof, OfferState, OrderState
from services.order.tests.cast import MORNING
from services.order.tests.unit.orders import placed

WORKERS = ("a", "b", "c")
workers = st.sampled_from(WORKERS)
# How far along a state is; an order never goes back, but for the search, which may start over.
PROGRESS = {
    OrderState.PLACED: 0,
    OrderState.OFFERED: 0,
    OrderState.ASSIGNED: 1,
    OrderState.EN_ROUTE: 2,
    OrderState.ARRIVED: 3,
    OrderState.IN_SERVICE: 4,
    OrderState.COMPLETED: 5,
    OrderState.CONFIRMED: 6,
    OrderState.DECLINED: 6,
    OrderState.CANCELLED: 6,
    OrderState.MISSED: 6,
}


class OrderMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.order = placed()
        self.now: datetime = MORNING
        self.asked: set[str] = set()
        self.declined: set[str] = set()
        self.holder = ""
        self.reached = 0

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.order.is_searching)
    @rule(chosen=st.sets(workers))
    def next_ring(self, chosen: set[str]) -> None:
        fresh = chosen - self.asked
        offers = [
            Offer(worker=worker, provider="", state=OfferState.OFFERED, round=self.order.round, ring=1)
            for worker in sorted(fresh)
        ]
        self.order.widen(self.order.ring + 1, offers, self.now)
        self.asked |= fresh

    @precondition(lambda self: self.order.is_searching)
    @rule()
    def nobody_answers(self) -> None:
        told = self.count(facts.OrderUnanswered)
        is_news = self.order.go_unanswered(desk="regions/x", deadline=self.now, now=self.now)
        assert is_news == (told == 0)

    @rule(worker=workers)
    def accepts(self, worker: str) -> None:
        could = self.order.is_searching and worker in self.asked - self.declined
        try:
            is_new = self.order.accept(worker, self.now)
        except OrderRefusal:
            assert not could
            assert worker != self.holder or self.order.is_over
        else:
            assert is_new == could
            self.holder = worker

    @rule(worker=workers)
    def declines(self, worker: str) -> None:
        if self.tried(lambda: self.order.decline(worker)):
            self.declined.add(worker)

    @rule(worker=workers)
    def departs(self, worker: str) -> None:
        if self.tried(lambda: self.order.depart(worker, self.now)):
            assert worker == self.holder

    @rule(proof=st.sampled_from(ArrivalProof))
    def arrives(self, proof: ArrivalProof) -> None:
        self.tried(lambda: self.order.arrive(proof, distance_m=None, now=self.now))

    @rule(worker=workers)
    def starts(self, worker: str) -> None:
        if self.tried(lambda: self.order.start(worker, self.now)):
            assert worker == self.holder

    @rule(worker=workers)
    def completes(self, worker: str) -> None:
        if self.tried(lambda: self.order.complete(worker, "safe", self.now)):
            assert worker == self.holder

    @rule()
    def confirms(self) -> None:
        self.tried(lambda: self.order.confirm("timer", self.now))

    @rule(during_visit=st.booleans())
    def cancels(self, during_visit: bool) -> None:
        self.tried(lambda: self.order.cancel("other", during_visit=during_visit))

    @rule()
    def is_missed(self) -> None:
        self.tried(lambda: self.order.miss("orders/other"))

    @rule()
    def is_given_up(self) -> None:
        self.tried(self.order.give_up)

    def tried(self, verb: object) -> bool:
        """A refusal leaves everything as it was."""
        before = (self.order.state, self.order.worker, len(self.order.facts))
        try:
            verb()  # type: ignore[operator]
        except OrderRefusal:
            assert (self.order.state, self.order.worker, len(self.order.facts)) == before
            return False
        return True

    def count(self, fact: type) -> int:
        return sum(isinstance(each, fact) for each in self.order.facts)

    @invariant()
    def never_goes_back(self) -> None:
        assert PROGRESS[self.order.state] >= self.reached
        self.reached = PROGRESS[self.order.state]

    @invariant()
    def has_one_holder_from_the_first_acceptance_on(self) -> None:
        assert self.order.worker == self.holder
        assert self.count(facts.OrderAccepted) == (1 if self.holder else 0)
        holding = [each.worker for each in self.order.offers.values() if each.state is OfferState.ACCEPTED]
        assert holding in ([], [self.holder])

    @invariant()
    def nobody_waits_for_an_offer_that_is_gone(self) -> None:
        if not self.order.is_searching:
            assert self.order.live_offers == []

    @invariant()
    def costs_only_what_was_verified_and_only_once(self) -> None:
        done = self.order.state in {OrderState.COMPLETED, OrderState.CONFIRMED}
        assert (self.order.price is not None) == done
        assert self.count(facts.ServiceCompleted) == int(done)
        if self.order.price is not None:
            assert 0 < self.order.price.minor <= self.order.price_cap.minor
            assert self.order.arrival_proof is not None

    @invariant()
    def ends_at_most_once(self) -> None:
        ends = sum(self.count(fact) for fact in (facts.OrderConfirmed, facts.OrderCancelled, facts.OrderMissed))
        assert ends == int(self.order.is_over)
        assert not self.order.is_over or self.order.state in FINISHED


TestOrderMachine = OrderMachine.TestCase
