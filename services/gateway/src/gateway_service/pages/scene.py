"""What a page shows, fetched in the name of who looks at it. What does not concern them is left out."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from eldercare.notify.v1.message_pb2 import TimelineEntry
from eldercare.order.v1.incident_service_pb2 import GetIncidentRequest, ListIncidentsRequest
from eldercare.order.v1.order_service_pb2 import GetOrderRequest
from gateway_service.codes import last
from gateway_service.house import SignedIn
from gateway_service.live.hub import entries_after
from gateway_service.live.puller import PAGE
from gateway_service.live.topic import Topic
from gateway_service.problem.problem import Problem
from gateway_service.v1.incidents import IncidentView, incident_view
from gateway_service.v1.money import SettlementView, settlement_of
from gateway_service.v1.orders import OrderView, order_view

T = TypeVar("T")
LONGEST_STORY = 1_000
_WITH_MONEY = frozenset({"accepted", "assigned", "en_route", "arrived", "in_service", "completed", "confirmed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderScene:
    order: OrderView
    settlement: SettlementView | None

    @property
    def uuid(self) -> str:
        return last(self.order.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentScene:
    """`party`: desk, you or somebody."""

    incident: IncidentView
    orders: list[OrderScene]
    party: str
    is_worker: bool

    @property
    def uuid(self) -> str:
        return last(self.incident.name)


async def incident_scene(asked: SignedIn, uuid: UUID) -> IncidentScene:
    request = GetIncidentRequest(name=f"incidents/{uuid}")
    incident = incident_view(await asked.ask(asked.peers.incidents.GetIncident, request, about=str(uuid)))
    found = await asyncio.gather(*(_perhaps(order_scene(asked, name)) for name in incident.orders))
    orders = [scene for scene in found if scene]
    return IncidentScene(
        incident=incident,
        orders=orders,
        party=_party(incident.responsible, asked),
        is_worker=any(scene.order.worker == asked.caller.subject for scene in orders),
    )


async def order_scene(asked: SignedIn, name: str) -> OrderScene:
    order = order_view(await asked.ask(asked.peers.orders.GetOrder, GetOrderRequest(name=name)))
    settlement = await _perhaps(settlement_of(asked, last(name))) if order.state in _WITH_MONEY else None
    return OrderScene(order=order, settlement=settlement)


async def story(asked: SignedIn, uuid: UUID) -> list[TimelineEntry]:
    """The story so far; of one that never ends, its first thousand lines. Without notify the page comes without it."""
    topic, told = Topic(name=f"incidents/{uuid}", language=asked.language), list[TimelineEntry]()
    while len(told) < LONGEST_STORY:
        try:
            page = await entries_after(asked.peers, topic, told[-1].id if told else 0, asked.errand)
        except Problem as problem:
            if problem.status < 500:
                raise
            break
        told += page
        if len(page) < PAGE:
            break
    return told


async def open_incidents(asked: SignedIn, orders: list[OrderView]) -> list[IncidentView]:
    """An operator's by region; anybody else's are those their orders belong to."""
    if asked.regions:
        pages = await asyncio.gather(*(_of_region(asked, region) for region in asked.regions))
        return [incident for page in pages for incident in page]
    names = list(dict.fromkeys(order.incident for order in orders if order.incident))[:20]
    found = await asyncio.gather(*(_perhaps(_incident(asked, name)) for name in names))
    return [incident for incident in found if incident and incident.state == "open"]


async def _of_region(asked: SignedIn, region: str) -> list[IncidentView]:
    request = ListIncidentsRequest(region=region, open_only=True, page_size=100)
    answer = await asked.ask(asked.peers.incidents.ListIncidents, request)
    return [incident_view(each) for each in answer.incidents]


async def _incident(asked: SignedIn, name: str) -> IncidentView:
    request = GetIncidentRequest(name=name)
    return incident_view(await asked.ask(asked.peers.incidents.GetIncident, request, about=last(name)))


async def _perhaps(asking: Awaitable[T]) -> T | None:
    """None for what is not there or does not concern the reader."""
    try:
        return await asking
    except Problem as problem:
        if problem.status in {403, 404}:
            return None
        raise


def _party(responsible: str, asked: SignedIn) -> str:
    if responsible == asked.caller.subject:
        return "you"
    return "somebody" if responsible.startswith("persons/") else "desk"
