"""SQL of orders and offers."""

from dataclasses import dataclass, fields
from typing import Any

from chassis.work import Work
from order_service.visit.domain.amount import Amount
from order_service.visit.domain.offer import Offer
from order_service.visit.domain.order import Order
from order_service.visit.domain.words import FINISHED, ArrivalProof, OfferState, OrderState

_INSERT = """
    INSERT INTO orders (name, number, incident, person, place, item, service_class, urgent, home_region, service_region,
        payer_region, cell, per_minute_minor, cap_minor, asset, planned_minutes, certificates, skills, place_time,
        book_time, replaces, state, deadline_time, by_provider)
    VALUES (%(name)s, %(number)s, %(incident)s, %(person)s, %(place)s, %(item)s, %(service_class)s, %(urgent)s,
        %(home_region)s, %(service_region)s, %(payer_region)s, %(cell)s, %(per_minute_minor)s, %(cap_minor)s, %(asset)s,
        %(planned_minutes)s, %(certificates)s, %(skills)s, %(place_time)s, %(book_time)s, %(replaces)s, %(state)s,
        %(deadline_time)s, %(by_provider)s)"""
_UPDATE = """
    UPDATE orders SET state = %(state)s, deadline_time = %(deadline_time)s, worker = %(worker)s,
        provider = %(provider)s, round = %(round)s, ring = %(ring)s, unanswered_time = %(unanswered_time)s,
        accept_time = %(accept_time)s, depart_time = %(depart_time)s, arrive_time = %(arrive_time)s,
        start_time = %(start_time)s, complete_time = %(complete_time)s, confirm_time = %(confirm_time)s,
        arrival_proof = %(arrival_proof)s, arrival_distance_m = %(arrival_distance_m)s, hand_over = %(hand_over)s,
        verified_minutes = %(verified_minutes)s, price_minor = %(price_minor)s, end_reason = %(end_reason)s,
        evidence = %(evidence)s
    WHERE name = %(name)s"""
# Fields that are not simply a column of the same name.
_MADE = frozenset(
    {
        "state",
        "arrival_proof",
        "price_per_minute",
        "price_cap",
        "price",
        "certificates",
        "skills",
        "evidence",
        "offers",
        "facts",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """An order of an incident, as far as the incident must know it."""

    name: str
    worker: str
    state: OrderState

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED


def add_order(work: Work, order: Order) -> None:
    work.run(_INSERT, _row_of(order))
    _save_offers(work, order)


def save_order(work: Work, order: Order) -> None:
    work.run(_UPDATE, _row_of(order))
    _save_offers(work, order)


def load_order(work: Work, name: str) -> Order | None:
    """Locks the order."""
    row = work.one("SELECT * FROM orders WHERE name = %s FOR UPDATE", [name])
    return _with_offers(work, row) if row else None


def read_order(work: Work, name: str) -> Order | None:
    row = work.one("SELECT * FROM orders WHERE name = %s", [name])
    return _with_offers(work, row) if row else None


def incident_of(work: Work, order: str) -> str:
    row = work.one("SELECT incident FROM orders WHERE name = %s", [order])
    return str(row["incident"]) if row else ""


def orders_of(work: Work, incident: str) -> list[OrderLine]:
    rows = work.all("SELECT name, worker, state FROM orders WHERE incident = %s ORDER BY place_time, name", [incident])
    return [OrderLine(name=row["name"], worker=row["worker"], state=OrderState(row["state"])) for row in rows]


def note_wrong_code(work: Work, order: str, worker: str) -> None:
    work.run('INSERT INTO wrong_codes ("order", worker) VALUES (%s, %s)', [order, worker])


def wrong_codes(work: Work, order: str) -> int:
    row = work.one('SELECT count(*) AS count FROM wrong_codes WHERE "order" = %s', [order])
    return int(row["count"]) if row else 0


def is_elsewhere(work: Work, worker: str, order: str) -> bool:
    """The worker stands at another door."""
    row = work.one(
        "SELECT 1 AS one FROM orders WHERE worker = %s AND name <> %s AND state IN ('arrived', 'in_service')",
        [worker, order],
    )
    return row is not None


def order_of(row: dict[str, Any], offers: list[dict[str, Any]]) -> Order:
    plain = {each.name: row[each.name] for each in fields(Order) if each.name not in _MADE}
    price = row["price_minor"]
    return Order(
        **plain,
        state=OrderState(row["state"]),
        arrival_proof=ArrivalProof(row["arrival_proof"]) if row["arrival_proof"] else None,
        price_per_minute=Amount(minor=row["per_minute_minor"], asset=row["asset"]),
        price_cap=Amount(minor=row["cap_minor"], asset=row["asset"]),
        price=None if price is None else Amount(minor=price, asset=row["asset"]),
        certificates=tuple(row["certificates"]),
        skills=tuple(row["skills"]),
        evidence=tuple(row["evidence"]),
        offers={offer["worker"]: _offer_of(offer) for offer in offers},
    )


def _with_offers(work: Work, row: dict[str, Any]) -> Order:
    return order_of(row, work.all('SELECT * FROM offers WHERE "order" = %s', [row["name"]]))


def _offer_of(row: dict[str, Any]) -> Offer:
    return Offer(
        worker=row["worker"],
        provider=row["provider"],
        state=OfferState(row["state"]),
        round=row["round"],
        ring=row["ring"],
        distance_m=row["distance_m"],
    )


def _save_offers(work: Work, order: Order) -> None:
    offers = list(order.offers.values())
    if not offers:
        return
    work.run(
        """INSERT INTO offers ("order", worker, provider, state, round, ring, distance_m)
           SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[], %s::int[], %s::real[])
           ON CONFLICT ("order", worker) DO UPDATE SET provider = excluded.provider, state = excluded.state,
               round = excluded.round, ring = excluded.ring, distance_m = excluded.distance_m""",
        [
            order.name,
            [offer.worker for offer in offers],
            [offer.provider for offer in offers],
            [offer.state.value for offer in offers],
            [offer.round for offer in offers],
            [offer.ring for offer in offers],
            [offer.distance_m for offer in offers],
        ],
    )


def _row_of(order: Order) -> dict[str, Any]:
    plain = {each.name: getattr(order, each.name) for each in fields(order) if each.name not in _MADE}
    return plain | {
        "state": order.state,
        "arrival_proof": order.arrival_proof,
        "per_minute_minor": order.price_per_minute.minor,
        "cap_minor": order.price_cap.minor,
        "asset": order.price_cap.asset,
        "price_minor": None if order.price is None else order.price.minor,
        "certificates": list(order.certificates),
        "skills": list(order.skills),
        "evidence": list(order.evidence),
    }
