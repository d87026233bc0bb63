"""Who is on duty in a region, as pages."""

from dataclasses import dataclass

from chassis.work import Work
from order_service.duty.domain import Duty
from order_service.duty.store import duty_of
from order_service.paging import Page
from order_service.region.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """`order`: the visit under way; empty for who is free."""

    duty: Duty
    order: str


def list_duties(work: Work, scope: Scope, page: Page) -> list[OnDuty]:
    """By name: a worker who moves keeps their place in the list."""
    rows = work.all(
        """SELECT d.*, coalesce((SELECT o.name FROM orders o WHERE o.worker = d.worker
                   AND o.state IN ('accepted', 'assigned', 'en_route', 'arrived', 'in_service')
                   ORDER BY o.accept_time LIMIT 1), '') AS "order"
           FROM duties d JOIN persons p ON p.name = d.worker
           WHERE d.on_duty AND NOT p.is_erased AND (p.region = %s OR p.region LIKE %s) AND d.worker > %s
           ORDER BY d.worker LIMIT %s""",
        [scope.region, scope.below, page.after[0] if page.after else "", page.size],
    )
    return [OnDuty(duty=duty_of(row), order=row["order"]) for row in rows]
