"""What happens when nothing happens: no-shows, visits that run over, orders nobody confirms."""

from chassis.work import Work
from order_service.incident.domain.words import Reason
from order_service.visit.domain.words import AT_THE_DOOR, UNDERWAY
from order_service.visit.keeping import Visit, keep_visit
from order_service.visit.placing import place_instead

BY_TIMER = "timer"


def visit_overdue(work: Work, visit: Visit) -> None:
    order = visit.order
    if order.state in UNDERWAY:
        replacement = place_instead(work, order)
        order.miss(replacement.name)
        if visit.incident is not None:
            visit.incident.visit_lost(order.worker, Reason.MISSED, work.now)
    elif order.state in AT_THE_DOOR:
        order.overrun(work.now + order.pace.overrun)
    keep_visit(work, visit, rule=order.pace.rule)


def confirm_by_timer(work: Work, visit: Visit) -> None:
    visit.order.confirm(BY_TIMER, work.now)
    keep_visit(work, visit, rule="rule:confirm-after-48h/1")
