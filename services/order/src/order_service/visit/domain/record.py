"""What is known of an order, and what must hold before a verb may move it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from order_service.visit.domain.amount import Amount
from order_service.visit.domain.facts import OrderFact
from order_service.visit.domain.offer import Offer
from order_service.visit.domain.pace import Pace, arrive_deadline, pace_of
from order_service.visit.domain.refusals import NotYourVisit, OrderNotThere
from order_service.visit.domain.words import OVER, SEARCHING, ArrivalProof, OfferState, OrderState


@dataclass(slots=True, kw_only=True)
class OrderRecord:
    name: str
    number: str
    incident: str
    person: str
    place: str
    item: str
    service_class: str
    urgent: bool
    home_region: str
    service_region: str
    payer_region: str
    cell: str
    price_per_minute: Amount
    price_cap: Amount
    planned_minutes: int
    # What a worker must have to be asked.
    certificates: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    # Offered to providers, which name the worker.
    by_provider: bool = False
    place_time: datetime
    deadline_time: datetime
    book_time: datetime | None = None
    replaces: str = ""
    state: OrderState = OrderState.PLACED
    worker: str = ""
    provider: str = ""
    round: int = 1
    ring: int = 0
    unanswered_time: datetime | None = None
    accept_time: datetime | None = None
    depart_time: datetime | None = None
    arrive_time: datetime | None = None
    start_time: datetime | None = None
    complete_time: datetime | None = None
    confirm_time: datetime | None = None
    arrival_proof: ArrivalProof | None = None
    arrival_distance_m: float | None = None
    hand_over: str = ""
    # SHA-256 of what proves the service.
    evidence: tuple[str, ...] = ()
    verified_minutes: int = 0
    price: Amount | None = None
    end_reason: str = ""
    offers: dict[str, Offer] = field(default_factory=dict)
    facts: list[OrderFact] = field(default_factory=list)

    @property
    def pace(self) -> Pace:
        return pace_of(urgent=self.urgent)

    @property
    def arrive_by(self) -> datetime:
        """When the worker who accepted must be there."""
        return arrive_deadline(self.pace, self.accept_time or self.place_time, self.book_time)

    @property
    def is_searching(self) -> bool:
        return self.state in SEARCHING

    @property
    def is_over(self) -> bool:
        """Nothing can happen to it any more."""
        return self.state in OVER

    @property
    def holder(self) -> str:
        """Whose offer was accepted: the provider's, or the worker's; the release before asks workers always."""
        return self.provider if self.provider in self.offers else self.worker

    @property
    def live_offers(self) -> list[str]:
        return sorted(offer.worker for offer in self.offers.values() if offer.is_live)

    def _must_be(self, states: Collection[OrderState]) -> None:
        if self.state not in states:
            raise OrderNotThere(order=self.name, state=self.state.value)

    def _must_be_worker(self, worker: str) -> None:
        if self.worker != worker:
            raise NotYourVisit(order=self.name)

    def _must_be_provider(self, provider: str) -> None:
        if self.provider != provider:
            raise NotYourVisit(order=self.name)

    def _end_offers(self, state: OfferState) -> None:
        for offer in self.offers.values():
            if offer.is_live:
                offer.state = state
