"""What an elder and their family see: who is coming and by when, and what is left to confirm."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway_service.codes import last
from gateway_service.house import SignedIn
from gateway_service.pages.names import names_in, names_of
from gateway_service.pages.scene import IncidentScene, incident_scene, open_incidents
from gateway_service.v1.incidents import IncidentView
from gateway_service.v1.orders import OrderView, my_orders
from gateway_service.v1.shapes import PageQuery

_MINE = PageQuery(page_size=50)
_OVER = frozenset({"confirmed", "cancelled", "declined", "missed"})
_SERVED = frozenset({"completed", "confirmed"})
_COMING = frozenset({"accepted", "assigned", "en_route", "arrived", "in_service"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """Somebody who helps: `step` is the order's state, or `answers` for who answers for it without an order."""

    name: str
    step: str
    by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """One open incident as those it concerns see it."""

    scene: IncidentScene
    coming: list[Coming]

    @property
    def is_served(self) -> bool:
        """Somebody was there and has finished: nobody is asked to come any more."""
        return any(each.order.state in _SERVED for each in self.scene.orders)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elder:
    person: str
    name: str
    is_me: bool
    help: list[Help]
    orders: list[OrderView]


async def own_scene(asked: SignedIn) -> Elder:
    """An elder's own page."""
    orders = (await my_orders(asked, _MINE)).orders
    incidents = await open_incidents(asked, orders)
    return await _elder(asked, asked.caller.subject, "", orders, incidents)


async def family_scene(asked: SignedIn) -> list[Elder]:
    """Those the reader is family of, the ones who need help first."""
    orders = (await my_orders(asked, _MINE)).orders
    incidents = await open_incidents(asked, orders)
    elders = asked.caller.objects_of("family")
    names = await names_of(asked, elders)
    found = await asyncio.gather(*(_elder(asked, each, names.get(each, ""), orders, incidents) for each in elders))
    return sorted(found, key=lambda elder: not elder.help)


async def _elder(
    asked: SignedIn, person: str, name: str, orders: list[OrderView], incidents: list[IncidentView]
) -> Elder:
    theirs = [incident for incident in incidents if incident.person == person]
    return Elder(
        person=person,
        name=name,
        is_me=person == asked.caller.subject,
        help=list(await asyncio.gather(*(_help(asked, incident) for incident in theirs))),
        orders=[order for order in orders if order.person == person and _is_left(order, theirs)],
    )


def _is_left(order: OrderView, shown: list[IncidentView]) -> bool:
    """Orders of an open incident are shown with it."""
    return order.state not in _OVER and order.incident not in {incident.name for incident in shown}


async def _help(asked: SignedIn, incident: IncidentView) -> Help:
    scene = await incident_scene(asked, UUID(last(incident.name)))
    orders = [each.order for each in scene.orders if each.order.worker and each.order.state in _COMING]
    workers = [order.worker for order in orders]
    names = await names_in(asked, incident.name, (*workers, scene.incident.responsible))
    coming = [Coming(name=names.get(each.worker, ""), step=each.state, by=_by(each)) for each in orders]
    responsible = scene.incident.responsible
    if responsible.startswith("persons/") and responsible not in workers:
        step = "answers_self" if responsible == asked.caller.subject else "answers"
        coming.append(Coming(name=names.get(responsible, ""), step=step, by=scene.incident.deadline_time))
    return Help(scene=scene, coming=coming)


def _by(order: OrderView) -> datetime | None:
    """When they must be there; who is there is not waited for."""
    return order.deadline_time if order.state in {"accepted", "assigned", "en_route"} else None
