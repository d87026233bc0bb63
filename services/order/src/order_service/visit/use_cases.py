"""One verb of a worker, an elder, family or an operator each: lock, ask the order, store."""

from chassis.work import Work
from order_service.dispatch.fitness import must_be_fit
from order_service.incident.domain.words import Reason
from order_service.visit import store
from order_service.visit.domain.order import Order
from order_service.visit.domain.refusals import RightMissing, WorkerBusy
from order_service.visit.domain.words import ArrivalProof
from order_service.visit.keeping import Visit, keep_visit, lock_visit


def accept_offer(work: Work, name: str, worker: str) -> Order:
    """The row's lock decides who was first."""
    visit = lock_visit(work, name)
    if visit.order.accept(worker, work.now):
        must_be_fit(work, visit.order, worker)
        if visit.incident is not None:
            visit.incident.worker_accepted(worker, visit.order.arrive_by)
    return keep_visit(work, visit, rule=visit.order.pace.rule)


def decline_offer(work: Work, name: str, asked: str) -> Order:
    """When nobody is left to answer, the search does not wait for its deadline."""
    visit = lock_visit(work, name)
    visit.order.decline(asked)
    if not visit.order.live_offers:
        visit.order.search_on(work.now)
    return keep_visit(work, visit)


def depart(work: Work, name: str, worker: str) -> Order:
    visit = lock_visit(work, name)
    visit.order.depart(worker, work.now)
    return keep_visit(work, visit)


def arrive(work: Work, visit: Visit, proof: ArrivalProof, *, distance_m: float | None, rule: str) -> Order:
    """The proof is known to hold."""
    order = visit.order
    if store.is_elsewhere(work, order.worker, order.name):
        raise WorkerBusy(order=order.name)
    order.arrive(proof, distance_m=distance_m, now=work.now)
    if visit.incident is not None:
        visit.incident.worker_arrived(order.worker, work.now)
    return keep_visit(work, visit, rule=rule)


def start_service(work: Work, name: str, worker: str) -> Order:
    visit = lock_visit(work, name)
    visit.order.start(worker, work.now)
    return keep_visit(work, visit)


def complete_service(work: Work, name: str, worker: str, hand_over: str, evidence: tuple[str, ...] = ()) -> Order:
    visit = lock_visit(work, name)
    visit.order.complete(worker, hand_over, work.now, evidence)
    if visit.incident is not None:
        visit.incident.visit_completed(worker, work.now)
    return keep_visit(work, visit, rule="rule:started-minutes/1")


def confirm_order(work: Work, name: str, confirmer: str, *, has_right: bool) -> Order:
    if not has_right:
        raise RightMissing(order=name, right="confirm")
    visit = lock_visit(work, name)
    visit.order.confirm(confirmer, work.now)
    return keep_visit(work, visit)


def cancel_order(work: Work, name: str, reason: str, *, is_operator: bool) -> Order:
    visit = lock_visit(work, name)
    visit.order.cancel(reason, during_visit=is_operator)
    if visit.incident is not None and visit.order.worker:
        visit.incident.visit_lost(visit.order.worker, Reason.CANCELLED, work.now)
    return keep_visit(work, visit)
