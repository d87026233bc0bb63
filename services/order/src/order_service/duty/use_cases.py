"""Going on duty, reporting where one is, going off."""

from chassis.cells import cell_of
from chassis.work import Work
from order_service.duty import store
from order_service.duty.domain import Duty
from order_service.person.domain import RoleKind
from order_service.person.store import roles_of

SERVING = frozenset({RoleKind.WORKER, RoleKind.VOLUNTEER})


def go_on_duty(work: Work, worker: str, *, lat: float, lon: float) -> Duty:
    may_serve = any(role.kind in SERVING for role in roles_of(work, worker))
    duty = store.load_duty(work, worker)
    duty.go_on(cell_of(lat, lon), may_serve=may_serve, now=work.now)
    store.save_duty(work, duty)
    return duty


def report_position(work: Work, worker: str, *, lat: float, lon: float) -> Duty:
    duty = store.load_duty(work, worker)
    duty.report(cell_of(lat, lon), work.now)
    store.save_duty(work, duty)
    return duty


def go_off_duty(work: Work, worker: str) -> Duty:
    duty = store.load_duty(work, worker)
    duty.go_off()
    store.save_duty(work, duty)
    return duty
