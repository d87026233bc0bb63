"""Orders as elders, families and operators see them: placed, read, found, confirmed, cancelled."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from eldercare.order.v1 import order_pb2
from eldercare.order.v1.order_service_pb2 import (
    CancelOrderRequest,
    ConfirmOrderRequest,
    FindOrderRequest,
    GetOrderRequest,
    ListItemsRequest,
    ListMyOrdersRequest,
    ListOrdersRequest,
    PlaceOrderRequest,
)
from gateway_service.codes import moment, stamp_of, word
from gateway_service.house import Asked, SignedIn
from gateway_service.v1.incidents import own_region
from gateway_service.v1.shapes import PROBLEMS, AmountView, Input, Moment, PageQuery, Region, Uuid, amount
from gateway_service.wire.idempotency import RequestId

router = APIRouter(prefix="/v1", tags=["orders"], responses=PROBLEMS)
Person = Annotated[str, Field(pattern=r"^persons/[0-9a-f-]{36}$")]


class OrderView(BaseModel):
    name: str
    number: str
    incident: str
    person: str
    item: str
    state: str
    urgent: bool
    worker: str
    provider: str
    service_region: str
    deadline_time: datetime | None
    place_time: datetime | None
    book_time: datetime | None
    accept_time: datetime | None
    arrive_time: datetime | None
    start_time: datetime | None
    complete_time: datetime | None
    confirm_time: datetime | None
    arrival_proof: str
    verified_minutes: int
    price: AmountView
    visit_code: str


class OrdersView(BaseModel):
    orders: list[OrderView]
    next_page_token: str


class ItemView(BaseModel):
    name: str
    service_class: str
    price_per_minute: AmountView
    price_cap: AmountView
    planned_minutes: int


class ItemsView(BaseModel):
    items: list[ItemView]


class NewOrder(Input):
    item: Annotated[str, Field(pattern=r"^items/[a-z0-9-]{1,40}$")]
    person: Annotated[Person | None, Field(description="For whom; the caller when left out")] = None
    book_time: Annotated[Moment | None, Field(description="The wished start; now when left out")] = None


class OrdersQuery(PageQuery):
    region: Annotated[Region | None, Field(description="All orders of a region; operators")] = None
    number: Annotated[str | None, Field(pattern=r"^[0-9]{4,7}-?[0-9]{2}$", description="As said on the phone")] = None


class Cancelling(Input):
    reason: Literal["not_needed", "wrong_item", "other"]


def order_view(order: order_pb2.Order) -> OrderView:
    times = ("deadline", "place", "book", "accept", "arrive", "start", "complete", "confirm")
    return OrderView(
        name=order.name,
        number=order.number,
        incident=order.incident,
        person=order.person,
        item=order.item,
        state=word(order_pb2.OrderState, order.state),
        urgent=order.urgent,
        worker=order.worker,
        provider=order.provider,
        service_region=order.service_region,
        arrival_proof=order.arrival_proof,
        verified_minutes=order.verified_minutes,
        price=amount(order.price),
        visit_code=order.visit_code,
        **{f"{name}_time": moment(getattr(order, f"{name}_time")) for name in times},
    )


async def place(asked: SignedIn, body: NewOrder, request_id: str) -> OrderView:
    request = PlaceOrderRequest(request_id=request_id, person=body.person or asked.caller.subject, item=body.item)
    if body.book_time:
        request.book_time.CopyFrom(stamp_of(body.book_time))
    return order_view(await asked.ask(asked.peers.orders.PlaceOrder, request))


async def my_orders(asked: SignedIn, page: PageQuery) -> OrdersView:
    request = ListMyOrdersRequest(page_size=page.page_size, page_token=page.page_token)
    answer = await asked.ask(asked.peers.orders.ListMyOrders, request)
    return OrdersView(orders=[order_view(each) for each in answer.orders], next_page_token=answer.next_page_token)


async def items(asked: SignedIn) -> ItemsView:
    answer = await asked.ask(asked.peers.catalogue.ListItems, ListItemsRequest())
    views = [
        ItemView(
            name=item.name,
            service_class=item.service_class,
            price_per_minute=amount(item.price_per_minute),
            price_cap=amount(item.price_cap),
            planned_minutes=item.planned_minutes,
        )
        for item in answer.items
    ]
    return ItemsView(items=views)


@router.get("/items")
async def list_items(asked: Asked) -> ItemsView:
    """What can be ordered."""
    return await items(asked)


@router.post("/orders", status_code=201)
async def post_order(body: NewOrder, asked: Asked, request_id: RequestId) -> OrderView:
    """One-tap request for a service."""
    return await place(asked, body, request_id)


@router.get("/orders")
async def list_orders(asked: Asked, query: Annotated[OrdersQuery, Query()]) -> OrdersView:
    """The caller's own orders: an elder's orders, a worker's offers and visits. With `region` those of a region, with
    `number` the one said on the phone."""
    if query.number:
        wanted = FindOrderRequest(number=query.number, region=own_region(asked, query.region))
        found = await asked.ask(asked.peers.orders.FindOrder, wanted)
        return OrdersView(orders=[order_view(found)], next_page_token="")
    if not query.region:
        return await my_orders(asked, query)
    request = ListOrdersRequest(region=query.region, page_size=query.page_size, page_token=query.page_token)
    answer = await asked.ask(asked.peers.orders.ListOrders, request)
    return OrdersView(orders=[order_view(each) for each in answer.orders], next_page_token=answer.next_page_token)


@router.get("/orders/{uuid}")
async def get_order(uuid: Uuid, asked: Asked) -> OrderView:
    """One order. The visit code is told to elder, family and operator only."""
    return order_view(await asked.ask(asked.peers.orders.GetOrder, GetOrderRequest(name=f"orders/{uuid}")))


@router.post("/orders/{uuid}/confirm")
async def post_confirm(uuid: Uuid, asked: Asked, request_id: RequestId) -> OrderView:
    """Elder or family confirm the service; payment captures."""
    request = ConfirmOrderRequest(request_id=request_id, name=f"orders/{uuid}")
    return order_view(await asked.ask(asked.peers.orders.ConfirmOrder, request))


@router.post("/orders/{uuid}/cancel")
async def post_cancel(uuid: Uuid, body: Cancelling, asked: Asked, request_id: RequestId) -> OrderView:
    """Cancels an order that is not completed."""
    request = CancelOrderRequest(request_id=request_id, name=f"orders/{uuid}", reason=body.reason)
    return order_view(await asked.ask(asked.peers.orders.CancelOrder, request))
