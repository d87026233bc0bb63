"""The first page: what is open, and what its reader can do about it."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response

from eldercare.order.v1.order_service_pb2 import FindOrderRequest
from gateway_service.house import Asked, SignedIn
from gateway_service.live.stream import EventStream, event
from gateway_service.pages.forms import OneTapOrder, Placed
from gateway_service.pages.render import fragment, page, said
from gateway_service.pages.scene import open_incidents, order_scene
from gateway_service.problem.problem import Problem
from gateway_service.v1.incidents import own_region
from gateway_service.v1.orders import OrdersView, items, my_orders, place
from gateway_service.v1.shapes import PageQuery
from gateway_service.v1.timeline import RegionFeed
from gateway_service.v1.visits import DutyChange, change_duty

router = APIRouter(include_in_schema=False)
_OVER = frozenset({"confirmed", "cancelled", "declined", "missed"})
_MINE = PageQuery(page_size=50)


@router.get("/")
async def show_overview(request: Request, asked: Asked) -> Response:
    return page(request, "overview.html", signed_in=asked, **await _shown(asked))


@router.get("/overview")
async def show_changes(request: Request, asked: Asked) -> Response:
    """The same, without what stands around it."""
    return fragment(request, "overview.html", signed_in=asked, **await _shown(asked))


@router.get("/live/changes", response_class=EventStream)
async def stream_changes(feed: RegionFeed) -> EventStream:
    """Tells an operator's overview that something changed; it looks for itself."""
    return EventStream(feed, lambda _: event("", name="story-grew"))


@router.post("/orders")
async def post_order(request: Request, asked: Asked, wish: Annotated[OneTapOrder, Form()]) -> Response:
    order = await place(asked, wish, wish.key)
    return said(request, asked.words.say("placed", number=order.number), back="/")


@router.post("/duty")
async def post_duty(request: Request, asked: Asked, pressed: Annotated[Placed, Form()]) -> Response:
    """With a position on duty there, without one off duty."""
    change = DutyChange(duty="on" if pressed.position else "off", position=pressed.position)
    duty = await change_duty(asked, change, pressed.key)
    return said(request, asked.words.say("on_duty" if duty.on_duty else "off_duty"), back="/")


@router.get("/find")
async def find_order(request: Request, asked: Asked, number: Annotated[str, Query(max_length=20)] = "") -> Response:
    """An order by the number said on the phone."""
    wanted = FindOrderRequest(number=number.strip(), region=own_region(asked, None))
    order = await asked.ask(asked.peers.orders.FindOrder, wanted)
    scene = await order_scene(asked, order.name)
    return page(request, "order.html", signed_in=asked, scene=scene)


async def _shown(asked: SignedIn) -> dict[str, Any]:
    mine = OrdersView(orders=[], next_page_token="") if asked.regions else await my_orders(asked, _MINE)
    incidents, offered = await asyncio.gather(open_incidents(asked, mine.orders), _catalogue(asked))
    return {
        "incidents": incidents,
        "orders": [order for order in mine.orders if order.state not in _OVER],
        "items": offered,
        "elders": [""] if asked.has("elder") else asked.caller.objects_of("family"),
        "desk_pages": asked.house.board.of(asked.regions),
    }


async def _catalogue(asked: SignedIn) -> list[str]:
    """What an elder or the family can order; an urgent visit is what an alarm asks for."""
    if not (asked.has("elder") or asked.has("family")):
        return []
    try:
        return [item.name for item in (await items(asked)).items if item.service_class != "emergency"]
    except Problem:
        return []
