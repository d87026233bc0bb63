"""The search goes from ring to ring, then to the desk, then round again until someone takes the order."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.work import Work
from order_service.dispatch import store
from order_service.dispatch.asking import SEARCH_WITHIN, ask_ring
from order_service.dispatch.domain.eligibility import Candidate, Need, judge, nearest
from order_service.dispatch.domain.rings import Rings
from order_service.visit.domain.offer import Offer
from order_service.visit.domain.order import Order
from order_service.visit.domain.pace import GIVE_UP_AFTER
from order_service.visit.domain.words import OfferState
from order_service.visit.keeping import Visit, keep_visit

# More than this in one ring are not judged: the nearest are enough to choose from and to explain.
JUDGED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Workers near the place with metres, or without when the place is not known."""

    source: str
    workers: Mapping[str, float | None]

    def nearest_first(self) -> list[Candidate]:
        far = float("inf")
        found = sorted(self.workers.items(), key=lambda found: (far if found[1] is None else found[1], found[0]))
        return [Candidate(worker=worker, distance_m=metres) for worker, metres in found[:JUDGED]]


def offer_ring(work: Work, visit: Visit, ring: int, rings: Rings, found: Found) -> None:
    """Asks the nearest who may be asked; an empty ring is not waited for."""
    order, size = visit.order, rings.at(ring)
    judged = _judge(work, order, found)
    chosen = nearest(judged, size.offers)
    decision = store.Decision(
        order=order.name,
        round=order.round,
        ring=ring,
        rule=rings.rule,
        radius_m=size.radius_m,
        source=found.source,
        candidates=judged,
        offered=[candidate.worker for candidate in chosen],
    )
    store.add_decision(work, decision)
    if chosen:
        order.widen(ring, [_offer(order, ring, each) for each in chosen], work.now + size.wait)
        keep_visit(work, visit, rule=rings.rule)
    else:
        order.widen(ring, [], work.now)
        search_further(work, visit, rings)


def search_further(work: Work, visit: Visit, rings: Rings) -> None:
    """A ring is through without an answer."""
    order = visit.order
    if not order.is_searching:
        return
    if not order.urgent and work.now >= (order.book_time or order.place_time) + GIVE_UP_AFTER:
        order.give_up()
        keep_visit(work, visit, rule=rings.rule)
    elif rings.is_last(order.ring):
        _tell_desk(work, visit, rings)
    else:
        order.search_on(work.now + SEARCH_WITHIN)
        keep_visit(work, visit)
        ask_ring(work, order)


def _tell_desk(work: Work, visit: Visit, rings: Rings) -> None:
    order = visit.order
    is_news = order.go_unanswered(desk=order.service_region, deadline=work.now + rings.retry, now=work.now)
    if is_news and visit.incident is not None:
        visit.incident.no_worker(work.now)
    keep_visit(work, visit, rule=rings.rule)


def _judge(work: Work, order: Order, found: Found) -> list[Candidate]:
    if order.by_provider:
        return store.providers_for(work, order)[:JUDGED]
    need = need_of(order)
    candidates = found.nearest_first()
    standings = store.standings(work, [candidate.worker for candidate in candidates], order)
    return [judge(candidate, standings.get(candidate.worker), need, work.now) for candidate in candidates]


def need_of(order: Order) -> Need:
    return Need(
        person=order.person,
        service_class=order.service_class,
        service_region=order.service_region,
        certificates=frozenset(order.certificates),
        skills=frozenset(order.skills),
    )


def _offer(order: Order, ring: int, chosen: Candidate) -> Offer:
    return Offer(
        worker=chosen.worker,
        provider=chosen.provider,
        state=OfferState.OFFERED,
        round=order.round,
        ring=ring,
        distance_m=chosen.distance_m,
    )
