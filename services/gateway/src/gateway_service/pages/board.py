"""The operations board: what is open and who answers for it, where it is, who is at work, what waits."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from eldercare.order.v1.incident_pb2 import Incident
from eldercare.order.v1.incident_service_pb2 import ListIncidentsRequest
from eldercare.order.v1.order_service_pb2 import Duty, ListDutiesRequest, ListOrdersRequest
from gateway_service.codes import last, moment
from gateway_service.desk.page import DeskPage
from gateway_service.house import SignedIn
from gateway_service.map.chart import Chart, Thing, chart
from gateway_service.pages.health import Health, health
from gateway_service.pages.names import names_in, names_of
from gateway_service.pages.scene import WITH_MONEY, party_of, perhaps
from gateway_service.problem.problem import Problem
from gateway_service.v1.incidents import IncidentView, incident_view
from gateway_service.v1.money import SettlementView, settlement_of
from gateway_service.v1.orders import OrderView, order_view

T = TypeVar("T")
MOST, NAMED, RECENT = 100, 24, 6
_URGENCIES = ("emergency", "urgent", "normal")
_OVER = frozenset({"completed", "confirmed", "cancelled", "declined", "missed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One open incident. `party`: desk, you or somebody; names are empty where nobody may be told."""

    incident: IncidentView
    orders: list[OrderView]
    party: str
    owner: str
    elder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    label: str
    name: str
    cell: str
    seen_time: datetime | None
    visit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    order: OrderView
    settlement: SettlementView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`workers` is None while nobody can say who is on duty; `health` is None for whom it does not concern."""

    rows: list[Row]
    finished: list[Finished]
    workers: list[OnDuty] | None
    chart: Chart
    health: Health | None
    desk_pages: list[DeskPage]
    may_act: bool


async def board_scene(asked: SignedIn) -> Board:
    told, orders, duties, well = await asyncio.gather(
        _everywhere(_incidents, asked), _everywhere(_orders, asked), _unless_away(_duties(asked)), health(asked)
    )
    rows = await asyncio.gather(*(_row(asked, incident, orders, named=n < NAMED) for n, incident in enumerate(told)))
    finished = [order for order in orders if order.state in _OVER][:RECENT]
    workers = None if duties is None else await _workers(asked, duties, orders)
    places = [Thing(cell=each.cell, kind=each.urgency, label=each.number) for each in told]
    return Board(
        rows=sorted(rows, key=_burning),
        finished=list(await asyncio.gather(*(_finished(asked, order) for order in finished))),
        workers=workers,
        chart=chart([*_standing(workers or ()), *places], asked.house.settings.map_tiles),
        health=well,
        desk_pages=asked.house.board.of(asked.regions),
        may_act=asked.has("operator"),
    )


def _burning(row: Row) -> tuple[int, float]:
    """The graver first; among equals whose deadline is nearest."""
    urgency, deadline = row.incident.urgency, row.incident.deadline_time
    grave = _URGENCIES.index(urgency) if urgency in _URGENCIES else len(_URGENCIES)
    return grave, deadline.timestamp() if deadline else float("inf")


async def _row(asked: SignedIn, told: Incident, orders: Iterable[OrderView], *, named: bool) -> Row:
    names = await names_in(asked, told.name, (told.person, told.responsible)) if named else {}
    return Row(
        incident=incident_view(told),
        orders=[order for order in orders if order.incident == told.name],
        party=party_of(told.responsible, asked),
        owner="" if told.responsible == asked.caller.subject else names.get(told.responsible, ""),
        elder=names.get(told.person, ""),
    )


async def _finished(asked: SignedIn, order: OrderView) -> Finished:
    paid = await perhaps(settlement_of(asked, last(order.name))) if order.state in WITH_MONEY else None
    return Finished(order=order, settlement=paid)


async def _workers(asked: SignedIn, duties: list[Duty], orders: Iterable[OrderView]) -> list[OnDuty]:
    numbers = {order.name: order.number for order in orders}
    names = await names_of(asked, [duty.worker for duty in duties[:NAMED]])
    return [
        OnDuty(
            label=str(place + 1),
            name=names.get(duty.worker, ""),
            cell=duty.cell,
            seen_time=moment(duty.position_time),
            visit=numbers.get(duty.order, last(duty.order)[:8]),
        )
        for place, duty in enumerate(duties)
    ]


def _standing(workers: Iterable[OnDuty]) -> list[Thing]:
    return [Thing(cell=each.cell, kind="busy" if each.visit else "free", label=each.label) for each in workers]


async def _incidents(asked: SignedIn, region: str) -> list[Incident]:
    request = ListIncidentsRequest(region=region, open_only=True, page_size=MOST)
    return list((await asked.ask(asked.peers.incidents.ListIncidents, request)).incidents)


async def _orders(asked: SignedIn, region: str) -> list[OrderView]:
    answer = await asked.ask(asked.peers.orders.ListOrders, ListOrdersRequest(region=region, page_size=MOST))
    return [order_view(each) for each in answer.orders]


async def _duties(asked: SignedIn) -> list[Duty]:
    async def of(asked: SignedIn, region: str) -> list[Duty]:
        answer = await asked.ask(asked.peers.duties.ListDuties, ListDutiesRequest(region=region, page_size=MOST))
        return list(answer.duties)

    return await _everywhere(of, asked)


async def _everywhere(of: Callable[[SignedIn, str], Awaitable[list[T]]], asked: SignedIn) -> list[T]:
    """Of each region the reader answers for."""
    pages = await asyncio.gather(*(of(asked, region) for region in asked.regions))
    return [each for page in pages for each in page]


async def _unless_away(asking: Awaitable[T]) -> T | None:
    try:
        return await asking
    except Problem:
        return None
