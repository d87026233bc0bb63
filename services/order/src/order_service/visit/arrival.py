"""Is the worker there? By position against where the elder may be, by the elder's code, or by an operator's word."""

from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest

from chassis.cells import centre_of, distance_m
from chassis.seal import Seals
from chassis.work import Work
from order_service.visit import store
from order_service.visit.domain.order import Order
from order_service.visit.domain.proof import (
    ARRIVAL,
    CELL_SLACK_M,
    CODE_TRIES,
    Fix,
    Whereabouts,
    prove_by_position,
)
from order_service.visit.domain.refusals import NotYourVisit, VisitCodeLocked, VisitCodeWrong
from order_service.visit.domain.words import ArrivalProof
from order_service.visit.keeping import Visit, lock_visit
from order_service.visit.use_cases import arrive


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place where the elder may be, with how exactly it is known."""

    source: str
    lat: float
    lon: float
    slack_m: float


def visit_code(seals: Seals, order: str) -> str:
    """Six digits, the same whenever asked, known only to whoever has this service's key."""
    return f"{int.from_bytes(seals.blind(order.encode(), field='visit_code')[:8]) % 1_000_000:06d}"


def arrive_by_position(
    work: Work, name: str, worker: str, *, lat: float, lon: float, fix: Fix, spots: Sequence[Spot]
) -> Order:
    """Without an exact place the cell counts, with its size."""
    visit = _lock_own(work, name, worker)
    places = [
        Whereabouts(source=spot.source, distance_m=distance_m(lat, lon, spot.lat, spot.lon), slack_m=spot.slack_m)
        for spot in spots or _cell_spots(visit.order.cell)
    ]
    away = prove_by_position(fix, places, work.now)
    return arrive(work, visit, ArrivalProof.POSITION, distance_m=away, rule=ARRIVAL.rule)


def arrive_by_code(work: Work, name: str, worker: str, *, said: str, code: str) -> Order:
    """A few wrong tries are remembered; then only a position or the operator helps."""
    visit = _lock_own(work, name, worker)
    wrong = store.wrong_codes(work, name)
    if wrong >= CODE_TRIES:
        raise VisitCodeLocked(order=name)
    if not compare_digest(said, code):
        store.note_wrong_code(work, name, worker)
        raise VisitCodeWrong(order=name, tries_left=str(CODE_TRIES - wrong - 1))
    return arrive(work, visit, ArrivalProof.CODE, distance_m=None, rule="rule:visit-code/1")


def arrive_by_operator(work: Work, name: str) -> Order:
    return arrive(work, lock_visit(work, name), ArrivalProof.OPERATOR, distance_m=None, rule="rule:operator-word/1")


def _lock_own(work: Work, name: str, worker: str) -> Visit:
    visit = lock_visit(work, name)
    if visit.order.worker != worker:
        raise NotYourVisit(order=name)
    return visit


def _cell_spots(cell: str) -> list[Spot]:
    if not cell:
        return []
    lat, lon = centre_of(cell)
    return [Spot(source="cell", lat=lat, lon=lon, slack_m=CELL_SLACK_M)]
