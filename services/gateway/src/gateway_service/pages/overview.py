"""The first page: what is open, and what its reader can do about it, each role its own view."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Header, Query, Request, Response

from eldercare.order.v1.order_service_pb2 import FindOrderRequest
from gateway_service.desk.page import DeskPage
from gateway_service.house import Asked, SignedIn
from gateway_service.live.feed import Feed, open_feed
from gateway_service.live.listener import News
from gateway_service.live.stream import EventStream, event
from gateway_service.pages.board import board_scene
from gateway_service.pages.forms import OneTapOrder, Placed
from gateway_service.pages.kin import family_scene, own_scene
from gateway_service.pages.render import fragment, page, said, text_of
from gateway_service.pages.scene import latest_lines, open_incidents, order_scene
from gateway_service.pages.views import view_of, views_of
from gateway_service.problem.problem import Problem
from gateway_service.v1.incidents import own_region
from gateway_service.v1.orders import items, my_orders, place
from gateway_service.v1.shapes import PageQuery
from gateway_service.v1.timeline import entry_view
from gateway_service.v1.visits import DutyChange, change_duty
from gateway_service.wire.doorway import csp

router = APIRouter(include_in_schema=False)
_OVER = frozenset({"confirmed", "cancelled", "declined", "missed"})
_MINE = PageQuery(page_size=50)
View = Annotated[str, Query(max_length=20)]


@router.get("/")
async def show_overview(request: Request, asked: Asked, view: View = "") -> Response:
    view = view_of(asked, view)
    scene, around = await asyncio.gather(_scene(asked, view), _around(asked, view))
    shown = {"signed_in": asked, "view": view, "views": views_of(asked), "scene": scene} | around
    answer = page(request, f"{view}.html", **shown)
    if view == "board" and (tiles := urlsplit(asked.house.settings.map_tiles)).netloc:
        answer.headers["Content-Security-Policy"] = csp(images=f"{tiles.scheme}://{tiles.netloc}")
    return answer


@router.get("/overview")
async def show_changes(request: Request, asked: Asked, view: View = "") -> Response:
    """The same, without what stands around it."""
    view = view_of(asked, view)
    return fragment(request, f"{view}.html", signed_in=asked, view=view, scene=await _scene(asked, view))


async def _region_feed(
    asked: Asked,
    after: Annotated[int, Query(ge=0)] = 0,
    last_event_id: Annotated[int | None, Header(alias="Last-Event-ID", ge=0)] = None,
) -> AsyncIterator[Feed]:
    """`after` is the newest line of the page; a reconnecting browser knows better."""
    async with open_feed(asked, own_region(asked, None), last_event_id or after or None) as feed:
        yield feed


@router.get("/live/lines", response_class=EventStream)
async def stream_lines(feed: Annotated[Feed, Depends(_region_feed)]) -> EventStream:
    """What happens in an operator's region; a page to the desk makes the board look for itself."""

    def line(news: News) -> bytes:
        if isinstance(news, DeskPage):
            return event("", name="story-grew")
        return event(text_of("line.html", feed.topic.language, entry=entry_view(news)), id=news.id)

    return EventStream(feed, line)


@router.get("/live/changes", response_class=EventStream)
async def stream_changes(feed: Annotated[Feed, Depends(_region_feed)]) -> EventStream:
    """Tells another page of an operator that something happened; it looks for itself."""
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


async def _scene(asked: SignedIn, view: str) -> Any:
    if view == "board":
        return await board_scene(asked)
    if view == "elder":
        return await own_scene(asked)
    if view == "family":
        return await family_scene(asked)
    return await _work(asked)


async def _work(asked: SignedIn) -> dict[str, Any]:
    mine = await my_orders(asked, _MINE)
    return {
        "incidents": await open_incidents(asked, mine.orders),
        "orders": [order for order in mine.orders if order.state not in _OVER],
    }


async def _around(asked: SignedIn, view: str) -> dict[str, Any]:
    """What is shown once and then grows by itself, or stays."""
    if view == "board":
        return {"lines": [entry_view(each) for each in await latest_lines(asked)]}
    return {"items": await _catalogue(asked)} if view in {"elder", "family"} else {}


async def _catalogue(asked: SignedIn) -> list[str]:
    """What an elder or the family can order; an urgent visit is what an alarm asks for."""
    try:
        return [item.name for item in (await items(asked)).items if item.service_class != "emergency"]
    except Problem:
        return []
