"""Vouchers, and what an order cost and who paid."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from eldercare.order.v1.order_service_pb2 import ListDispatchDecisionsRequest
from eldercare.payment.v1 import payment_pb2
from eldercare.payment.v1.payment_service_pb2 import GetSettlementRequest, ListEntriesRequest, ListVoucherLotsRequest
from gateway_service.codes import moment, word
from gateway_service.house import Asked, SignedIn
from gateway_service.v1.orders import Person
from gateway_service.v1.shapes import PROBLEMS, AmountView, Input, Uuid, amount

router = APIRouter(prefix="/v1", tags=["money"], responses=PROBLEMS)


class LotView(BaseModel):
    name: str
    month: str
    scope: list[str]
    expire_time: datetime | None
    granted: AmountView
    remaining: AmountView
    held: AmountView


class LotsView(BaseModel):
    lots: list[LotView]


class LotUseView(BaseModel):
    lot: str
    amount: AmountView


class SettlementView(BaseModel):
    name: str
    order: str
    incident: str
    state: str
    price: AmountView
    voucher_part: AmountView
    secure_part: AmountView
    claim_part: AmountView
    settle_time: datetime | None
    lots: list[LotUseView]


class LedgerEntryView(BaseModel):
    transfer: str
    account: str
    amount: AmountView
    post_time: datetime | None
    rule: str


class EntriesView(BaseModel):
    entries: list[LedgerEntryView]


class CandidateView(BaseModel):
    worker: str
    distance_m: float
    offered: bool
    refused: str


class DecisionView(BaseModel):
    round: int
    ring: int
    decide_time: datetime | None
    rule: str
    radius_m: int
    source: str
    candidates: list[CandidateView]


class DecisionsView(BaseModel):
    decisions: list[DecisionView]


class VouchersQuery(Input):
    person: Annotated[Person | None, Field(description="Whose; the caller's own when left out")] = None


def lot_view(lot: payment_pb2.VoucherLot) -> LotView:
    return LotView(
        name=lot.name,
        month=lot.month,
        scope=list(lot.scope),
        expire_time=moment(lot.expire_time),
        granted=amount(lot.granted),
        remaining=amount(lot.remaining),
        held=amount(lot.held),
    )


def settlement_view(settlement: payment_pb2.Settlement) -> SettlementView:
    return SettlementView(
        name=settlement.name,
        order=settlement.order,
        incident=settlement.incident,
        state=word(payment_pb2.SettlementState, settlement.state),
        price=amount(settlement.price),
        voucher_part=amount(settlement.voucher_part),
        secure_part=amount(settlement.secure_part),
        claim_part=amount(settlement.claim_part),
        settle_time=moment(settlement.settle_time),
        lots=[LotUseView(lot=use.lot, amount=amount(use.amount)) for use in settlement.lots],
    )


async def settlement_of(asked: SignedIn, order_id: object) -> SettlementView:
    request = GetSettlementRequest(name=f"settlements/{order_id}")
    return settlement_view(await asked.ask(asked.peers.payment.GetSettlement, request))


@router.get("/vouchers")
async def list_vouchers(asked: Asked, query: Annotated[VouchersQuery, Query()]) -> LotsView:
    """Voucher lots, soonest to expire first."""
    request = ListVoucherLotsRequest(person=query.person or asked.caller.subject)
    answer = await asked.ask(asked.peers.payment.ListVoucherLots, request)
    return LotsView(lots=[lot_view(each) for each in answer.lots])


@router.get("/orders/{uuid}/settlement")
async def get_settlement(uuid: Uuid, asked: Asked) -> SettlementView:
    """What the order cost and who paid."""
    return await settlement_of(asked, uuid)


@router.get("/orders/{uuid}/entries")
async def list_entries(uuid: Uuid, asked: Asked) -> EntriesView:
    """Every fen of the order and the rule that moved it."""
    request = ListEntriesRequest(name=f"settlements/{uuid}")
    answer = await asked.ask(asked.peers.payment.ListEntries, request)
    entries = [
        LedgerEntryView(
            transfer=entry.transfer,
            account=entry.account,
            amount=amount(entry.amount),
            post_time=moment(entry.post_time),
            rule=entry.rule,
        )
        for entry in answer.entries
    ]
    return EntriesView(entries=entries)


@router.get("/orders/{uuid}/decisions")
async def list_decisions(uuid: Uuid, asked: Asked) -> DecisionsView:
    """Why these workers were asked and not others, ring by ring. Operators."""
    request = ListDispatchDecisionsRequest(name=f"orders/{uuid}")
    answer = await asked.ask(asked.peers.orders.ListDispatchDecisions, request)
    decisions = [
        DecisionView(
            round=each.round,
            ring=each.ring,
            decide_time=moment(each.decide_time),
            rule=each.rule,
            radius_m=each.radius_m,
            source=each.source,
            candidates=[
                CandidateView(worker=one.worker, distance_m=one.distance_m, offered=one.offered, refused=one.refused)
                for one in each.candidates
            ],
        )
        for each in answer.decisions
    ]
    return DecisionsView(decisions=decisions)
