"""Placing an order: urgent ones by an incident's policy, ordinary ones by request, another one after a no-show."""

from datetime import datetime, timedelta

import structlog

from chassis.ids import uuid7
from chassis.refusal import NotFound
from chassis.work import Work
from order_service.catalogue.domain import Item
from order_service.catalogue.store import find_item
from order_service.dispatch.asking import SEARCH_WITHIN, ask_ring
from order_service.incident.domain.incident import Incident
from order_service.incident.domain.policy import Policy
from order_service.person.domain import RoleKind
from order_service.person.store import find_person, roles_of
from order_service.region.numbers import take_number
from order_service.visit.domain.number import order_number
from order_service.visit.domain.offer import Offer
from order_service.visit.domain.order import Order
from order_service.visit.domain.refusals import BookTimePassed, NoElder
from order_service.visit.domain.words import OfferState
from order_service.visit.keeping import keep_order

log = structlog.get_logger(__name__)

LATE_BOOKING = timedelta(minutes=5)


def place_for_incident(work: Work, incident: Incident, policy: Policy) -> Order | None:
    """Never waits for family or for money. Without its item in the catalogue the desk keeps the incident."""
    item = find_item(work, policy.item)
    if item is None:
        log.error("order.item_missing", incident=incident.name, reason=policy.item)
        return None
    person = find_person(work, incident.person)
    home = person.region if person and person.region else incident.region
    return _enter(
        work,
        _order(
            item,
            incident=incident.name,
            person=incident.person,
            place=incident.place,
            urgent=True,
            regions=(home, incident.region),
            cell=incident.cell or (person.home_cell if person else ""),
            now=work.now,
        ),
        rule=policy.rule,
    )


def place_ordinary(work: Work, person: str, item_name: str, book_time: datetime | None) -> Order:
    elder, item = find_person(work, person), find_item(work, item_name)
    if item is None:
        raise NotFound(item_name)
    if elder is None or all(role.kind is not RoleKind.ELDER for role in roles_of(work, person)):
        raise NoElder(person=person)
    if book_time is not None and book_time < work.now - LATE_BOOKING:
        raise BookTimePassed
    order = _order(
        item,
        incident="",
        person=person,
        place="",
        urgent=item.is_urgent,
        regions=(elder.region, elder.region),
        cell=elder.home_cell,
        now=work.now,
    )
    order.book_time = book_time
    return _enter(work, order, rule="rule:by-request/1")


def place_instead(work: Work, missed: Order) -> Order:
    """The same service again, without whoever did not come."""
    item = find_item(work, missed.item)
    if item is None:
        raise NotFound(missed.item)
    order = _order(
        item,
        incident=missed.incident,
        person=missed.person,
        place=missed.place,
        urgent=missed.urgent,
        regions=(missed.home_region, missed.service_region),
        cell=missed.cell,
        now=work.now,
    )
    order.replaces, order.payer_region = missed.name, missed.payer_region
    no_shows = {missed.holder} | {offer.worker for offer in missed.offers.values() if offer.state is OfferState.MISSED}
    order.offers = {
        worker: Offer(worker=worker, provider="", state=OfferState.MISSED, round=0, ring=0) for worker in no_shows
    }
    return _enter(work, order, rule="rule:no-show/1")


def _order(
    item: Item,
    *,
    incident: str,
    person: str,
    place: str,
    urgent: bool,
    regions: tuple[str, str],
    cell: str,
    now: datetime,
) -> Order:
    home, service = regions
    return Order(
        name=f"orders/{uuid7()}",
        number="",
        incident=incident,
        person=person,
        place=place,
        item=item.name,
        service_class=item.service_class,
        urgent=urgent,
        home_region=home,
        service_region=service,
        payer_region=home,
        cell=cell,
        price_per_minute=item.price_per_minute,
        price_cap=item.price_cap,
        planned_minutes=item.planned_minutes,
        certificates=item.certificates,
        skills=item.skills,
        by_provider=item.by_provider,
        place_time=now,
        deadline_time=now + SEARCH_WITHIN,
    )


def _enter(work: Work, order: Order, *, rule: str) -> Order:
    order.number = take_number(
        work,
        region=order.service_region,
        holder=order.name,
        write=lambda serial, digits: order_number(serial, digits=digits),
    )
    order.be_placed()
    keep_order(work, order, is_new=True, rule=rule)
    ask_ring(work, order)
    return order
