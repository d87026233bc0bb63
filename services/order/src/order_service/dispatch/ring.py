"""The effect `ring`: where workers are, outside any transaction; whom to ask, inside the one that settles it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import structlog
from redis import RedisError

from chassis.cells import centre_of
from chassis.effects import Effect, OneShot, Outcome
from chassis.work import Work
from order_service.dispatch import store
from order_service.dispatch.domain.rings import Rings, rings_of
from order_service.dispatch.searching import Found, offer_ring
from order_service.duty.live import LivePositions
from order_service.visit.domain.order import Order
from order_service.visit.keeping import lock_visit
from order_service.visit.store import read_order

log = structlog.get_logger(__name__)

Transaction = Callable[[], AbstractContextManager[Work]]


class RingSearch(OneShot):
    """Fresh positions from Redis and coarse ones from PostgreSQL; without Redis the coarse ones alone."""

    def __init__(self, transaction: Transaction, live: LivePositions, *, limit_m: int) -> None:
        self._transaction, self._live, self._limit_m = transaction, live, limit_m

    def call(self, effect: Effect) -> Outcome:
        with self._transaction() as work:
            order = read_order(work, effect.request["order"])
            if order is None or not order.is_searching:
                return Outcome.done(source="nobody needed", workers={})
            if order.by_provider:
                return Outcome.done(source="providers", workers={})
            place = _place_of(order)
            if place is None:
                everyone = dict.fromkeys(store.in_district(work, order.service_region))
                return Outcome.done(source="region", workers=everyone)
            radius_m = self._rings(order).at(effect.request["ring"]).radius_m
            coarse = store.near(work, *place, radius_m)
        return self._with_live(place, radius_m, coarse)

    def settle(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        """Late or repeated searches find the order further on; failed ones are asked again by the order's timer."""
        if outcome.state != "done":
            log.warning("ring.unanswered", order=effect.request["order"], state=outcome.state)
            return
        visit = lock_visit(work, effect.request["order"])
        order, ring = visit.order, effect.request["ring"]
        if order.is_searching and (order.round, order.ring + 1) == (effect.request["round"], ring):
            found = Found(source=outcome.detail["source"], workers=outcome.detail["workers"])
            offer_ring(work, visit, ring, self._rings(order), found)

    def _rings(self, order: Order) -> Rings:
        return rings_of(urgent=order.urgent).within(self._limit_m)

    def _with_live(self, place: tuple[float, float], radius_m: int, coarse: dict[str, float]) -> Outcome:
        """A fresh position counts more than a coarse one; whoever Redis does not know counts by the coarse one."""
        try:
            live = self._live.near(*place, radius_m)
            moved = self._live.known(coarse.keys() - live.keys())
        except (RedisError, OSError) as gone:
            log.warning("positions.from_postgres", reason=type(gone).__name__)
            return Outcome.done(source="postgres", workers=coarse)
        unknown = {worker: metres for worker, metres in coarse.items() if worker not in moved}
        return Outcome.done(source="redis", workers=unknown | live)


def _place_of(order: Order) -> tuple[float, float] | None:
    """The middle of the cell; none when there is no cell, or one nobody can read."""
    try:
        return centre_of(order.cell) if order.cell else None
    except ValueError:
        return None
