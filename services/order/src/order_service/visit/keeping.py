"""An order and its incident, locked together and stored with what follows: facts, one timer an order, its number."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.refusal import NotFound
from chassis.work import Work
from order_service.contract import publish, uuid_of
from order_service.incident import keeping as incident_keeping
from order_service.incident.domain.incident import Incident
from order_service.incident.store import load_incident
from order_service.news.domain import news_of
from order_service.news.store import add_news
from order_service.region.numbers import give_number_back
from order_service.visit import store
from order_service.visit.domain.order import Order
from order_service.visit.domain.words import AT_THE_DOOR, SEARCHING, UNDERWAY, OrderState

RING, VISIT, CONFIRM = "ring", "visit", "confirm"
# Which timer an order in a state has; none when it is over.
TIMER_OF: Mapping[OrderState, str] = (
    dict.fromkeys(SEARCHING, RING) | dict.fromkeys(UNDERWAY | AT_THE_DOOR, VISIT) | {OrderState.COMPLETED: CONFIRM}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    order: Order
    incident: Incident | None


def timer_key(order: str) -> str:
    return f"order:{order}"


def lock_visit(work: Work, name: str) -> Visit:
    """The incident before the order, always, so that no two verbs wait for each other."""
    incident = store.incident_of(work, name)
    held = load_incident(work, incident) if incident else None
    order = store.load_order(work, name)
    if order is None:
        raise NotFound(name)
    return Visit(order=order, incident=held)


def keep_visit(work: Work, visit: Visit, *, rule: str = "") -> Order:
    keep_order(work, visit.order, rule=rule)
    if visit.incident is not None and visit.incident.facts:
        incident_keeping.keep(work, visit.incident)
    return visit.order


def keep_order(work: Work, order: Order, *, is_new: bool = False, rule: str = "") -> None:
    """The timer always stands at the deadline of the state; an order that is over has none."""
    if is_new:
        store.add_order(work, order)
    else:
        store.save_order(work, order)
    kind = TIMER_OF.get(order.state)
    if kind is None:
        work.cancel_timer(timer_key(order.name))
        give_number_back(work, order.name)
    else:
        work.set_timer(timer_key(order.name), kind, order.deadline_time, {"order": order.name})
    add_news(work, news_of(order.facts))
    publish(
        work,
        order,
        region=order.service_region,
        person=order.person,
        correlation=uuid_of(order.incident or order.name),
        rule=rule,
    )
