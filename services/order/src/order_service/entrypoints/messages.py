"""What order knows, in the contract's words."""

from eldercare.order.v1 import dispatch_pb2, incident_pb2, order_pb2, order_service_pb2, provider_service_pb2
from order_service.catalogue.domain import Item
from order_service.dispatch.store import Decision
from order_service.duty.domain import Duty
from order_service.duty.lists import OnDuty
from order_service.incident.domain.incident import Incident
from order_service.moments import stamp
from order_service.news.store import Entry
from order_service.task.domain import Task
from order_service.visit.domain.amount import Amount
from order_service.visit.domain.order import Order


def incident_message(incident: Incident, alarms: list[str], orders: list[str]) -> incident_pb2.Incident:
    return incident_pb2.Incident(
        name=incident.name,
        number=incident.number,
        person=incident.person,
        place=incident.place,
        region=incident.region,
        cell=incident.cell,
        state=incident_pb2.IncidentState.Value(f"INCIDENT_STATE_{incident.state.name}"),
        urgency=incident.urgency.value,
        responsible=incident.responsible,
        deadline_time=stamp(incident.deadline_time) if incident.is_open else None,
        alarms=alarms,
        orders=orders,
        outcome=incident_pb2.Outcome.Value(f"OUTCOME_{incident.outcome.name if incident.outcome else 'UNSPECIFIED'}"),
        open_time=stamp(incident.open_time),
        close_time=stamp(incident.close_time),
        rule=incident.rule,
    )


def task_message(task: Task, alarms: list[str]) -> incident_pb2.Task:
    return incident_pb2.Task(
        name=task.name,
        device=task.device,
        region=task.region,
        kind=task.kind,
        alarms=alarms,
        open_time=stamp(task.open_time),
        deadline_time=stamp(task.deadline_time),
        done_time=stamp(task.done_time),
    )


def order_message(order: Order, *, visit_code: str = "") -> order_pb2.Order:
    return order_pb2.Order(
        name=order.name,
        number=order.number,
        incident=order.incident,
        person=order.person,
        item=order.item,
        state=order_pb2.OrderState.Value(f"ORDER_STATE_{order.state.name}"),
        urgent=order.urgent,
        worker=order.worker,
        provider=order.provider,
        home_region=order.home_region,
        service_region=order.service_region,
        payer_region=order.payer_region,
        deadline_time=None if order.is_over else stamp(order.deadline_time),
        place_time=stamp(order.place_time),
        accept_time=stamp(order.accept_time),
        arrive_time=stamp(order.arrive_time),
        start_time=stamp(order.start_time),
        complete_time=stamp(order.complete_time),
        confirm_time=stamp(order.confirm_time),
        arrival_proof=order.arrival_proof.value if order.arrival_proof else "",
        verified_minutes=order.verified_minutes,
        price=_amount(order.price),
        visit_code=visit_code,
        cell=order.cell,
        book_time=stamp(order.book_time),
        ring=order.ring,
        offered_workers=order.live_offers,
        by_provider=order.by_provider,
        evidence=order.evidence,
    )


# What a provider that was asked, and does not have the order, may know of it.
_OF_AN_OFFER = ("name", "number", "item", "state", "urgent", "service_region", "cell", "by_provider")


def order_for_provider(order: Order, provider: str) -> order_pb2.Order:
    """Whom else it was offered to, and who has it instead, is not told."""
    whole = order_message(order)
    whole.ClearField("offered_workers")
    if order.provider == provider:
        return whole
    asked = order_pb2.Order(**{name: getattr(whole, name) for name in _OF_AN_OFFER})
    given = {descriptor.name for descriptor, _ in whole.ListFields()}
    for name in given & {"deadline_time", "place_time", "book_time"}:
        getattr(asked, name).CopyFrom(getattr(whole, name))
    return asked


def news_message(entry: Entry, order: order_pb2.Order) -> provider_service_pb2.WatchOffersResponse:
    return provider_service_pb2.WatchOffersResponse(
        resume_token=str(entry.position),
        news=provider_service_pb2.OfferNews.Value(f"OFFER_NEWS_{entry.kind.name}"),
        news_time=stamp(entry.news_time),
        order=order,
        reason=entry.reason,
    )


def item_message(item: Item) -> order_pb2.Item:
    return order_pb2.Item(
        name=item.name,
        service_class=item.service_class,
        price_per_minute=_amount(item.price_per_minute),
        price_cap=_amount(item.price_cap),
        planned_minutes=item.planned_minutes,
        certificates=item.certificates,
        skills=item.skills,
        by_provider=item.by_provider,
    )


def item_of(told: order_pb2.Item) -> Item:
    return Item(
        name=told.name,
        service_class=told.service_class,
        price_per_minute=Amount(minor=told.price_per_minute.minor, asset=told.price_per_minute.asset),
        price_cap=Amount(minor=told.price_cap.minor, asset=told.price_cap.asset),
        planned_minutes=told.planned_minutes,
        certificates=tuple(told.certificates),
        skills=tuple(told.skills),
        by_provider=told.by_provider,
    )


def duty_message(duty: Duty) -> order_service_pb2.Duty:
    return order_service_pb2.Duty(worker=duty.worker, on_duty=duty.on_duty, since_time=stamp(duty.since_time))


def on_duty_message(found: OnDuty) -> order_service_pb2.Duty:
    told = duty_message(found.duty)
    told.cell, told.order = found.duty.cell, found.order
    if found.duty.position_time:
        told.position_time.FromDatetime(found.duty.position_time)
    return told


def decision_message(decision: Decision) -> dispatch_pb2.DispatchDecision:
    candidates = [
        dispatch_pb2.DispatchCandidate(
            worker=each.worker,
            distance_m=-1 if each.distance_m is None else each.distance_m,
            offered=each.worker in decision.offered,
            refused=each.refused,
        )
        for each in decision.candidates
    ]
    return dispatch_pb2.DispatchDecision(
        round=decision.round,
        ring=decision.ring,
        decide_time=stamp(decision.decide_time),
        rule=decision.rule,
        radius_m=decision.radius_m,
        source=decision.source,
        candidates=candidates,
    )


def _amount(amount: Amount | None) -> order_pb2.Amount | None:
    return order_pb2.Amount(minor=amount.minor, asset=amount.asset) if amount else None
