"""An order from placing to confirmation. Verbs move it and refuse what its state does not allow."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from order_service.visit.domain import facts
from order_service.visit.domain.amount import price_of, started_minutes
from order_service.visit.domain.pace import CONFIRM_AFTER
from order_service.visit.domain.refusals import NotYourVisit, OrderNotCancellable, WorkerIsThere
from order_service.visit.domain.search import SearchedOrder
from order_service.visit.domain.words import (
    AT_THE_DOOR,
    SEARCHING,
    UNDERWAY,
    ArrivalProof,
    OfferState,
    OrderState,
)


@dataclass(slots=True, kw_only=True)
class Order(SearchedOrder):
    def be_placed(self) -> None:
        self.facts.append(
            facts.OrderPlaced(
                order=self.name,
                number=self.number,
                incident=self.incident,
                person=self.person,
                item=self.item,
                urgent=self.urgent,
                service_region=self.service_region,
                payer_region=self.payer_region,
                deadline_time=self.deadline_time,
            )
        )

    def depart(self, worker: str, now: datetime) -> None:
        self._must_be_worker(worker)
        self._must_be({OrderState.ASSIGNED})
        self.state, self.depart_time, self.deadline_time = OrderState.EN_ROUTE, now, self.arrive_by
        self.facts.append(facts.WorkerDeparted(order=self.name, incident=self.incident, worker=worker))

    def replace_worker(self, provider: str, worker: str) -> bool:
        """Until the first one is there; False when this one goes already. What the elder was promised stays."""
        if self.holder != provider:
            raise NotYourVisit(order=self.name)
        if self.worker == worker and not self.is_over:
            return False
        if self.state in AT_THE_DOOR:
            raise WorkerIsThere(order=self.name, state=self.state.value)
        self._must_be({OrderState.ASSIGNED, OrderState.EN_ROUTE})
        former, self.worker = self.worker, worker
        self.state, self.depart_time = OrderState.ASSIGNED, None
        self.facts.append(
            facts.WorkerReplaced(
                order=self.name,
                number=self.number,
                incident=self.incident,
                person=self.person,
                worker=worker,
                former_worker=former,
                provider=provider,
                urgent=self.urgent,
            )
        )
        return True

    def arrive(self, proof: ArrivalProof, *, distance_m: float | None, now: datetime) -> None:
        """A worker who forgot to say that they set out is there all the same."""
        self._must_be({OrderState.ASSIGNED, OrderState.EN_ROUTE})
        self.state, self.arrive_time, self.arrival_proof = OrderState.ARRIVED, now, proof
        self.depart_time = self.depart_time or now
        self.arrival_distance_m, self.deadline_time = distance_m, now + self.pace.start
        self.facts.append(
            facts.WorkerArrived(
                order=self.name,
                incident=self.incident,
                worker=self.worker,
                proof=proof.value,
                distance_m=distance_m or 0.0,
            )
        )

    def start(self, worker: str, now: datetime) -> None:
        self._must_be_worker(worker)
        self._must_be({OrderState.ARRIVED})
        self.state, self.start_time = OrderState.IN_SERVICE, now
        self.deadline_time = now + timedelta(minutes=self.planned_minutes) + self.pace.overrun
        self.facts.append(facts.ServiceStarted(order=self.name, incident=self.incident, worker=worker))

    def complete(self, worker: str, hand_over: str, now: datetime, evidence: tuple[str, ...] = ()) -> None:
        """Minutes run from the start of the service, or from the proven arrival when none was said."""
        self._must_be_worker(worker)
        self._must_be(AT_THE_DOOR)
        began = self.start_time or self.arrive_time or now
        self.verified_minutes = started_minutes(now - began)
        self.price = price_of(self.verified_minutes, per_minute=self.price_per_minute, cap=self.price_cap)
        self.state, self.complete_time, self.hand_over = OrderState.COMPLETED, now, hand_over
        self.evidence = evidence
        self.deadline_time = now + CONFIRM_AFTER
        self.facts.append(
            facts.ServiceCompleted(
                order=self.name,
                incident=self.incident,
                worker=worker,
                verified_minutes=self.verified_minutes,
                hand_over=hand_over,
                price=self.price,
                confirm_due_time=self.deadline_time,
            )
        )

    def confirm(self, confirmer: str, now: datetime) -> None:
        self._must_be({OrderState.COMPLETED})
        price = self.price or price_of(self.verified_minutes, per_minute=self.price_per_minute, cap=self.price_cap)
        self.state, self.confirm_time = OrderState.CONFIRMED, now
        self.facts.append(
            facts.OrderConfirmed(
                order=self.name,
                incident=self.incident,
                person=self.person,
                provider=self.provider,
                service_class=self.service_class,
                verified_minutes=self.verified_minutes,
                price=price,
                confirmer=confirmer,
                payer_region=self.payer_region,
            )
        )

    def rate(self, score: int, reasons: tuple[str, ...]) -> None:
        """What was done may be judged, confirmed or not."""
        self._must_be({OrderState.COMPLETED, OrderState.CONFIRMED})
        self.facts.append(
            facts.OrderRated(order=self.name, worker=self.worker, provider=self.provider, score=score, reasons=reasons)
        )

    def cancel(self, reason: str, *, during_visit: bool) -> None:
        """Until someone stands at the door; afterwards only an operator, and never once it is completed."""
        if self.state not in SEARCHING | UNDERWAY and not (during_visit and self.state in AT_THE_DOOR):
            raise OrderNotCancellable(order=self.name, state=self.state.value)
        self._end(OrderState.CANCELLED, reason)

    def give_up(self) -> None:
        """An ordinary order nobody took until long after its booked start."""
        self._must_be(SEARCHING)
        self._end(OrderState.DECLINED, "no_worker")

    def miss(self, replacement: str) -> None:
        """The worker did not set out, or did not come, in time."""
        self._must_be(UNDERWAY)
        self.state, self.end_reason = OrderState.MISSED, "no_show"
        self.offers[self.holder].state = OfferState.MISSED
        self.facts.append(
            facts.OrderMissed(order=self.name, incident=self.incident, worker=self.worker, replacement=replacement)
        )
        self._release()

    def overrun(self, deadline: datetime) -> None:
        """The visit takes longer than it should: its region's desk looks."""
        self._must_be(AT_THE_DOOR)
        self.deadline_time = deadline
        self.facts.append(
            facts.OrderOverdue(
                order=self.name,
                number=self.number,
                incident=self.incident,
                worker=self.worker,
                state=self.state.value,
                responsible=self.service_region,
                deadline_time=deadline,
            )
        )

    def _end(self, state: OrderState, reason: str) -> None:
        self.state, self.end_reason = state, reason
        asked = self.live_offers
        self._end_offers(OfferState.LAPSED)
        self.facts.append(
            facts.OrderCancelled(order=self.name, incident=self.incident, reason=reason, worker=self.worker)
        )
        self._withdraw(asked, reason)
        self._release()

    def _release(self) -> None:
        """Its provider's system learns that the order is over for it."""
        if self.provider:
            self.facts.append(facts.ProviderReleased(order=self.name, provider=self.provider, reason=self.end_reason))
