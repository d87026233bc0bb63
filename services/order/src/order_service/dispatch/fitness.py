"""Whether a worker may still take the order at the moment of accepting: qualified and free."""

from dataclasses import replace

from chassis.work import Work
from order_service.dispatch import store
from order_service.dispatch.domain.eligibility import why_not
from order_service.dispatch.searching import need_of
from order_service.visit.domain.order import Order
from order_service.visit.domain.refusals import WorkerBusy, WorkerNotQualified


def must_be_fit(work: Work, order: Order, worker: str, *, provider: str = "") -> None:
    """Being asked, or being sent by the provider, is proof enough of duty and place; the rest is looked at again."""
    store.lock_duty(work, worker)
    standing = store.standings(work, [worker], order).get(worker)
    if standing is None:
        raise WorkerNotQualified(order=order.name, why="off_duty")
    if provider:
        employers = tuple(each for each in standing.employers if each.provider == provider)
        standing = replace(standing, employers=employers)
    asked = replace(standing, on_duty=True, heard_time=work.now, earlier_offer="")
    reason = why_not(asked, need_of(order), work.now)
    if reason == "busy":
        raise WorkerBusy(order=order.name)
    if reason:
        raise WorkerNotQualified(order=order.name, why=reason)
