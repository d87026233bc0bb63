"""Orders as pages: of a region, of one person, by the number said on the phone."""

from typing import Any

from chassis.work import Work
from order_service.paging import Page, time_in
from order_service.region.scope import Scope
from order_service.visit.domain.number import is_order_number, written
from order_service.visit.domain.order import Order
from order_service.visit.domain.refusals import NumberMisheard
from order_service.visit.store import order_of


def list_orders(work: Work, scope: Scope, page: Page) -> list[Order]:
    """Newest first."""
    rows = work.all(
        """SELECT * FROM orders WHERE (service_region = %(region)s OR service_region LIKE %(below)s)
           AND (%(first)s OR (place_time, name) < (%(before)s, %(name)s))
           ORDER BY place_time DESC, name DESC LIMIT %(size)s""",
        {"region": scope.region, "below": scope.below} | _after(page),
    )
    return _with_offers(work, rows)


def list_own_orders(work: Work, person: str, page: Page) -> list[Order]:
    """What a worker was offered and took, what an elder ordered, what was ordered for one's family."""
    rows = work.all(
        """SELECT o.* FROM orders o WHERE (o.worker = %(person)s OR o.person = %(person)s
               OR EXISTS (SELECT FROM offers f WHERE f."order" = o.name AND f.worker = %(person)s
                          AND f.state = 'offered')
               OR EXISTS (SELECT FROM person_roles r WHERE r.person = %(person)s AND r.kind = 'family'
                          AND r.object = o.person AND coalesce(r.start_time, '-infinity') <= app_now()
                          AND coalesce(r.end_time, 'infinity') > app_now()))
           AND (%(first)s OR (o.place_time, o.name) < (%(before)s, %(name)s))
           ORDER BY o.place_time DESC, o.name DESC LIMIT %(size)s""",
        {"person": person} | _after(page),
    )
    return _with_offers(work, rows)


def list_orders_of_provider(work: Work, provider: str, page: Page) -> list[Order]:
    """What a provider has or had, and what it may accept now."""
    rows = work.all(
        """SELECT o.* FROM orders o WHERE (o.provider = %(provider)s
               OR EXISTS (SELECT FROM offers f WHERE f."order" = o.name AND f.worker = %(provider)s
                          AND f.state = 'offered'))
           AND (%(first)s OR (o.place_time, o.name) < (%(before)s, %(name)s))
           ORDER BY o.place_time DESC, o.name DESC LIMIT %(size)s""",
        {"provider": provider} | _after(page),
    )
    return _with_offers(work, rows)


def find_by_number(work: Work, scope: Scope, said: str) -> Order | None:
    """The one that still runs under this number, else the latest that did."""
    if not is_order_number(said):
        raise NumberMisheard(number=said)
    rows = work.all(
        """SELECT o.* FROM orders o LEFT JOIN short_numbers n ON n.holder = o.name
           WHERE o.number = %s AND (o.service_region = %s OR o.service_region LIKE %s)
           ORDER BY n.holder IS NULL, o.place_time DESC LIMIT 1""",
        [written(said), scope.region, scope.below],
    )
    found = _with_offers(work, rows)
    return found[0] if found else None


def place_of(order: Order) -> tuple[str, ...]:
    return (order.place_time.isoformat(), order.name)


def _after(page: Page) -> dict[str, Any]:
    before, name = page.after or ("", "")
    return {"first": page.after is None, "before": time_in(before), "name": name, "size": page.size}


def _with_offers(work: Work, rows: list[dict[str, Any]]) -> list[Order]:
    offers = work.all('SELECT * FROM offers WHERE "order" = ANY(%s)', [[row["name"] for row in rows]])
    return [order_of(row, [offer for offer in offers if offer["order"] == row["name"]]) for row in rows]
