"""Asking core to search the next ring. The order's timer stands behind it, should the search not come back."""

from datetime import timedelta

from chassis.work import Work
from order_service.visit.domain.order import Order

RING_SEARCH = "ring"
# By then a search has been answered; otherwise it is asked for again.
SEARCH_WITHIN = timedelta(seconds=10)


def ask_ring(work: Work, order: Order) -> None:
    """Run by core right away. A search that comes late, or twice, finds the order further on and changes nothing."""
    ring = order.ring + 1
    work.request_effect(
        f"ring:{order.name}:{order.round}:{ring}:{work.now.isoformat()}",
        RING_SEARCH,
        {"order": order.name, "round": order.round, "ring": ring},
        timeout_s=3,
    )
