"""An arrival as it is claimed over rpc, by the worker or by the provider that sent the worker."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.seal import Seals
from chassis.work import Work
from eldercare.order.v1 import order_service_pb2
from order_service.moments import moment
from order_service.visit.arrival import Spot, arrive_by_code, arrive_by_position, visit_code
from order_service.visit.domain.order import Order
from order_service.visit.domain.proof import Fix
from order_service.visit.domain.refusals import ArrivalNotProven


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalClaim:
    """Who is there, and where the elder may be."""

    worker: str
    spots: Sequence[Spot]


def arrive(work: Work, seals: Seals, request: order_service_pb2.ArriveRequest, claim: ArrivalClaim) -> Order:
    """A code counts before a position."""
    if request.visit_code:
        code = visit_code(seals, request.name)
        return arrive_by_code(work, request.name, claim.worker, said=request.visit_code, code=code)
    if not request.HasField("position"):
        raise ArrivalNotProven(order=request.name)
    here = request.position
    fix = Fix(accuracy_m=here.accuracy_m, fix_time=moment(here.fix_time))
    return arrive_by_position(work, request.name, claim.worker, lat=here.lat, lon=here.lon, fix=fix, spots=claim.spots)
