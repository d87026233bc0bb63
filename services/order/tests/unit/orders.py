"""Made-up orders for tests without a store."""

from collections.abc import Iterable
from datetime import timedelta

from order_service.visit.domain.amount import Amount
from order_service.visit.domain.offer import Offer
from order_service.visit.domain.order import Order
from order_service.visit.domain.words import ArrivalProof, OfferState
from services.order.tests.cast import ELDER, GARDEN, MORNING, PROVIDER


def placed(*, urgent: bool = True) -> Order:
    order = Order(
        name="orders/made-up",
        number="0001-94",
        incident="incidents/made-up" if urgent else "",
        person=ELDER,
        place="",
        item="items/urgent-visit",
        service_class="emergency",
        urgent=urgent,
        home_region=GARDEN,
        service_region=GARDEN,
        payer_region=GARDEN,
        cell="wtw3sjq",
        price_per_minute=Amount(minor=200, asset="CNY"),
        price_cap=Amount(minor=12_000, asset="CNY"),
        planned_minutes=45,
        place_time=MORNING,
        deadline_time=MORNING + timedelta(seconds=10),
    )
    order.be_placed()
    return order


def offer_to(order: Order, workers: Iterable[str], ring: int = 1) -> None:
    offers = [
        Offer(worker=worker, provider=PROVIDER, state=OfferState.OFFERED, round=order.round, ring=ring)
        for worker in workers
    ]
    order.widen(ring, offers, MORNING + timedelta(seconds=60))


def accepted(worker: str, *, urgent: bool = True) -> Order:
    order = placed(urgent=urgent)
    offer_to(order, [worker])
    order.accept(worker, MORNING)
    return order


def arrived(worker: str) -> Order:
    order = accepted(worker)
    order.arrive(ArrivalProof.CODE, distance_m=None, now=MORNING + timedelta(minutes=10))
    return order


def completed(worker: str, minutes: float = 20) -> Order:
    order = arrived(worker)
    order.start(worker, MORNING + timedelta(minutes=12))
    order.complete(worker, "safe", MORNING + timedelta(minutes=12 + minutes))
    return order
