"""What services cost and who paid, and whose token pays what vouchers do not: an elder's own, or those one pays for."""

import asyncio
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from eldercare.people.v1.person_service_pb2 import ListMyEldersRequest
from gateway_service.codes import last
from gateway_service.house import Asked, SignedIn
from gateway_service.pages.forms import Pressed
from gateway_service.pages.names import names_of
from gateway_service.pages.render import page, said
from gateway_service.pages.scene import WITH_MONEY, OrderScene, perhaps
from gateway_service.v1.elders import Payer, put_payer
from gateway_service.v1.money import LotView, VouchersQuery, list_vouchers, settlement_of
from gateway_service.v1.orders import OrderView, my_orders
from gateway_service.v1.shapes import PageQuery

router = APIRouter(include_in_schema=False)
_MINE, _MOST = PageQuery(page_size=50), 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One elder's, newest order first. `may_pay`: whether the reader may say whose token pays."""

    person: str
    name: str
    may_pay: bool
    lots: list[LotView]
    orders: list[OrderScene]


class PayerTyped(Pressed, Payer):
    person: UUID


@router.get("/payments")
async def show_payments(request: Request, asked: Asked) -> Response:
    return page(request, "payments.html", signed_in=asked, statements=await _statements(asked))


@router.post("/payments/payer")
async def post_payer(request: Request, asked: Asked, typed: Annotated[PayerTyped, Form()]) -> Response:
    await put_payer(typed.person, typed, asked, typed.key)
    return said(request, asked.words.say("payer_set"), back="/payments")


async def _statements(asked: SignedIn) -> list[Statement]:
    mine, rights = await asyncio.gather(my_orders(asked, _MINE), _rights(asked))
    others = [each for each in rights if each != asked.caller.subject]
    names = await names_of(asked, others, purpose="statement")
    return list(
        await asyncio.gather(
            *(_statement(asked, each, names.get(each, ""), may, mine.orders) for each, may in rights.items())
        )
    )


async def _rights(asked: SignedIn) -> dict[str, bool]:
    """Whose statements the reader sees, and whether they may pay."""
    own = {asked.caller.subject: True} if asked.has("elder") else {}
    if not asked.has("family"):
        return own
    found = await asked.ask(asked.peers.people.ListMyElders, ListMyEldersRequest())
    return own | {each.elder.name: "pay" in each.rights for each in found.elders}


async def _statement(asked: SignedIn, person: str, name: str, may_pay: bool, orders: list[OrderView]) -> Statement:
    theirs = [order for order in orders if order.person == person and order.state in WITH_MONEY][:_MOST]
    lots, paid = await asyncio.gather(
        perhaps(list_vouchers(asked, VouchersQuery(person=person))),
        asyncio.gather(*(perhaps(settlement_of(asked, last(order.name))) for order in theirs)),
    )
    scenes = [OrderScene(order=order, settlement=each) for order, each in zip(theirs, paid, strict=True)]
    return Statement(person=person, name=name, may_pay=may_pay, lots=lots.lots if lots else [], orders=scenes)
