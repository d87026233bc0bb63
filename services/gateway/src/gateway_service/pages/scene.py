"""What a page shows, fetched in the name of who looks at it. What does not concern them is left out."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from eldercare.notify.v1.message_pb2 import TimelineEntry
from eldercare.order.v1.incident_service_pb2 import GetIncidentRequest
from eldercare.order.v1.order_service_pb2 import GetOrderRequest
from gateway_service.codes import last
from gateway_service.house import SignedIn
from gateway_service.live.hub import entries_after
from gateway_service.live.puller import PAGE
from gateway_service.live.topic import Topic
from gateway_service.pages.names import names_in
from gateway_service.problem.problem import Problem
from gateway_service.v1.incidents import IncidentView, incident_view
from gateway_service.v1.money import SettlementView, settlement_of
from gateway_service.v1.orders import OrderView, order_view

T = TypeVar("T")
LONGEST_STORY, LINES = 1_000, 40
WITH_MONEY = frozenset({"accepted", "assigned", "en_route", "arrived", "in_service", "completed", "confirmed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderScene:
    order: OrderView
    settlement: SettlementView | None

    @property
    def uuid(self) -> str:
        return last(self.order.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentScene:
    """`party`: desk, you or somebody; `owner` is somebody's name, empty where it may not be told."""

    incident: IncidentView
    orders: list[OrderScene]
    party: str
    owner: str
    is_worker: bool

    @property
    def uuid(self) -> str:
        return last(self.incident.name)


async def incident_scene(asked: SignedIn, uuid: UUID) -> IncidentScene:
    request = GetIncidentRequest(name=f"incidents/{uuid}")
    incident = incident_view(await asked.ask(asked.peers.incidents.GetIncident, request, about=str(uuid)))
    found = await asyncio.gather(*(perhaps(order_scene(asked, name)) for name in incident.orders))
    orders = [scene for scene in found if scene]
    return IncidentScene(
        incident=incident,
        orders=orders,
        party=party_of(incident.responsible, asked),
        owner=await owner_of(asked, incident.name, incident.responsible),
        is_worker=any(scene.order.worker == asked.caller.subject for scene in orders),
    )


async def order_scene(asked: SignedIn, name: str) -> OrderScene:
    order = order_view(await asked.ask(asked.peers.orders.GetOrder, GetOrderRequest(name=name)))
    settlement = await perhaps(settlement_of(asked, last(name))) if order.state in WITH_MONEY else None
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


async def latest_lines(asked: SignedIn) -> list[TimelineEntry]:
    """The end of the first region's story, newest first; nothing where nobody says where the end is."""
    if not asked.house.hub.newest_id:
        return []
    topic = Topic(name=asked.regions[0], language=asked.language)
    told = await perhaps(entries_after(asked.peers, topic, max(0, asked.house.hub.newest_id - LINES), asked.errand))
    return list(reversed(told or []))


async def open_incidents(asked: SignedIn, orders: list[OrderView]) -> list[IncidentView]:
    """Those the reader's orders belong to."""
    names = list(dict.fromkeys(order.incident for order in orders if order.incident))[:20]
    found = await asyncio.gather(*(perhaps(_incident(asked, name)) for name in names))
    return [incident for incident in found if incident and incident.state == "open"]


async def _incident(asked: SignedIn, name: str) -> IncidentView:
    request = GetIncidentRequest(name=name)
    return incident_view(await asked.ask(asked.peers.incidents.GetIncident, request, about=last(name)))


async def perhaps(asking: Awaitable[T]) -> T | None:
    """None for what is not there or does not concern the reader."""
    try:
        return await asking
    except Problem as problem:
        if problem.status in {403, 404}:
            return None
        raise


async def owner_of(asked: SignedIn, incident: str, responsible: str) -> str:
    if party_of(responsible, asked) != "somebody":
        return ""
    return (await names_in(asked, incident, [responsible])).get(responsible, "")


def party_of(responsible: str, asked: SignedIn) -> str:
    if responsible == asked.caller.subject:
        return "you"
    return "somebody" if responsible.startswith("persons/") else "desk"
