"""Verbs of a provider's own system. Once it has named the worker, the visit goes on by the worker's verbs."""

from chassis.work import Work
from order_service.dispatch.fitness import must_be_fit
from order_service.visit.domain.order import Order
from order_service.visit.domain.refusals import NotYourVisit
from order_service.visit.keeping import keep_visit, lock_visit


def accept_for(work: Work, name: str, provider: str) -> Order:
    """The row's lock decides which provider was first."""
    visit = lock_visit(work, name)
    visit.order.accept_for(provider, work.now)
    return keep_visit(work, visit, rule=visit.order.pace.rule)


def assign_worker(work: Work, name: str, provider: str, worker: str) -> Order:
    """A worker of that provider, qualified and free; from here on the worker answers for the incident."""
    visit = lock_visit(work, name)
    if visit.order.assign(provider, worker):
        must_be_fit(work, visit.order, worker, provider=provider)
        if visit.incident is not None:
            visit.incident.worker_accepted(worker, visit.order.arrive_by)
    return keep_visit(work, visit, rule=visit.order.pace.rule)


def replace_worker(work: Work, name: str, provider: str, worker: str) -> Order:
    """As qualified and free as the first one; what that one answered for is now this one's."""
    visit = lock_visit(work, name)
    former = visit.order.worker
    if visit.order.replace_worker(provider, worker):
        must_be_fit(work, visit.order, worker, provider=provider)
        if visit.incident is not None:
            visit.incident.worker_replaced(former, worker, visit.order.arrive_by)
    return keep_visit(work, visit, rule=visit.order.pace.rule)


def worker_of(work: Work, name: str, provider: str) -> str:
    """Who goes for the provider: its system speaks for that worker, and for no other provider's."""
    order = lock_visit(work, name).order
    if order.provider != provider:
        raise NotYourVisit(order=name)
    return order.worker
