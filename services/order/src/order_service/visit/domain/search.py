"""The search for a worker: rings of offers, the first who accepts has the order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from order_service.visit.domain import facts
from order_service.visit.domain.offer import Offer
from order_service.visit.domain.pace import depart_deadline
from order_service.visit.domain.record import OrderRecord
from order_service.visit.domain.refusals import NotOffered, OfferGone, OrderNotThere
from order_service.visit.domain.words import OVER, SEARCHING, OfferState, OrderState


@dataclass(slots=True, kw_only=True)
class SearchedOrder(OrderRecord):
    def search_on(self, deadline: datetime) -> None:
        """By then the next ring has been asked."""
        self._must_be(SEARCHING)
        self.deadline_time = deadline

    def widen(self, ring: int, offers: Iterable[Offer], deadline: datetime) -> None:
        """The search reached a ring: its workers are asked; those asked before may still answer."""
        self._must_be(SEARCHING)
        asked = list(offers)
        self.ring, self.deadline_time = ring, deadline
        if not asked:
            return
        self.offers |= {offer.worker: offer for offer in asked}
        self.state = OrderState.OFFERED
        names = tuple(offer.worker for offer in asked)
        self.facts.append(self._offered_to_providers(names) if self.by_provider else self._offered(names))

    def _offered(self, workers: tuple[str, ...]) -> facts.OrderOffered:
        return facts.OrderOffered(
            order=self.name,
            number=self.number,
            incident=self.incident,
            workers=workers,
            ring=self.ring,
            deadline_time=self.deadline_time,
            urgent=self.urgent,
        )

    def _offered_to_providers(self, providers: tuple[str, ...]) -> facts.OrderOfferedToProviders:
        return facts.OrderOfferedToProviders(
            order=self.name,
            incident=self.incident,
            providers=providers,
            ring=self.ring,
            deadline_time=self.deadline_time,
        )

    def go_unanswered(self, *, desk: str, deadline: datetime, now: datetime) -> bool:
        """The last ring is through: the desk is told once (True), the search goes on in a new round."""
        self._must_be(SEARCHING)
        is_news = self.unanswered_time is None
        self.unanswered_time, self.deadline_time = self.unanswered_time or now, deadline
        self.round, self.ring = self.round + 1, 0
        if is_news:
            self.facts.append(
                facts.OrderUnanswered(
                    order=self.name,
                    number=self.number,
                    incident=self.incident,
                    responsible=desk,
                    deadline_time=deadline,
                )
            )
        return is_news

    def accept(self, worker: str, now: datetime) -> bool:
        """The first who accepts has it, accepted and assigned in one step; False when this worker has it already."""
        if self.worker == worker and not self.is_over:
            return False
        self._must_be_offered_to(worker)
        offer = self.offers[worker]
        stood_down = [other for other in self.live_offers if other != worker]
        self._end_offers(OfferState.STOOD_DOWN)
        offer.state = OfferState.ACCEPTED
        self.state, self.worker, self.provider = OrderState.ASSIGNED, worker, offer.provider
        self.accept_time, self.deadline_time = now, depart_deadline(self.pace, now, self.book_time)
        self.facts.append(self._accepted(stood_down))
        return True

    def accept_for(self, provider: str, now: datetime) -> bool:
        """The first provider that accepts has it, and names who goes; False when it has it already."""
        if self.provider == provider and not self.is_over:
            return False
        self._must_be_offered_to(provider)
        stood_down = [other for other in self.live_offers if other != provider]
        self._end_offers(OfferState.STOOD_DOWN)
        self.offers[provider].state = OfferState.ACCEPTED
        self.state, self.provider, self.accept_time = OrderState.ACCEPTED, provider, now
        self.deadline_time = depart_deadline(self.pace, now, self.book_time)
        self.facts.append(
            facts.ProviderAccepted(
                order=self.name, incident=self.incident, provider=provider, deadline_time=self.deadline_time
            )
        )
        self._withdraw(stood_down, "taken")
        return True

    def assign(self, provider: str, worker: str) -> bool:
        """Whoever goes for the provider, once; False when that is known already."""
        self._must_be_provider(provider)
        if self.worker == worker and not self.is_over:
            return False
        self._must_be({OrderState.ACCEPTED})
        self.state, self.worker = OrderState.ASSIGNED, worker
        self.facts.append(self._accepted([]))
        return True

    def _withdraw(self, asked: list[str], reason: str) -> None:
        """Providers are told; workers see it in their list."""
        if self.by_provider and asked:
            self.facts.append(facts.OffersWithdrawn(order=self.name, providers=tuple(asked), reason=reason))

    def decline(self, asked: str) -> None:
        self._must_be_offered_to(asked)
        offer = self.offers[asked]
        offer.state = OfferState.DECLINED
        by = {"provider": asked} if offer.is_to_provider else {"worker": asked}
        self.facts.append(facts.OfferDeclined(order=self.name, **by))

    def _must_be_offered_to(self, worker: str) -> None:
        """The loser of a race learns that the order is gone; an order that ended says so."""
        offer = self.offers.get(worker)
        if self.state in OVER:
            raise OrderNotThere(order=self.name, state=self.state.value)
        if offer is None:
            raise NotOffered(order=self.name)
        if self.state not in SEARCHING:
            raise OfferGone(order=self.name, number=self.number)
        if not offer.is_live:
            raise NotOffered(order=self.name)

    def _accepted(self, stood_down: list[str]) -> facts.OrderAccepted:
        return facts.OrderAccepted(
            order=self.name,
            number=self.number,
            incident=self.incident,
            person=self.person,
            worker=self.worker,
            provider=self.provider,
            item=self.item,
            service_class=self.service_class,
            price_cap=self.price_cap,
            urgent=self.urgent,
            payer_region=self.payer_region,
            stood_down=tuple(stood_down),
            deadline_time=self.arrive_by,
        )
