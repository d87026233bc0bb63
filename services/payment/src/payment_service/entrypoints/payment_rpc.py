"""PaymentService of the contract: translate in, call, translate out."""

from __future__ import annotations

from datetime import UTC

from chassis.refusal import NotFound
from chassis.rpc import Rpc, command, query
from chassis.seal import Seals
from chassis.work import Work
from eldercare.payment.v1.payment_pb2 import Settlement, VoucherLot
from eldercare.payment.v1.payment_service_pb2 import (
    GetSettlementRequest,
    GrantVoucherLotRequest,
    ListEntriesRequest,
    ListEntriesResponse,
    ListVoucherLotsRequest,
    ListVoucherLotsResponse,
    PutPayerRequest,
    PutPayerResponse,
)
from eldercare.payment.v1.payment_service_pb2_grpc import PaymentServiceServicer
from payment_service.contract import entry_message, lot_message, settlement_message
from payment_service.ledger.domain.amount import Amount
from payment_service.ledger.store import entries_of
from payment_service.payer.use_cases import put_payer
from payment_service.settings import PaymentSettings
from payment_service.settlement import store as settlements
from payment_service.voucher import store as lots
from payment_service.voucher.use_cases import Grant, grant_lot


class PaymentRpc(PaymentServiceServicer):
    def __init__(self, rpc: Rpc, seals: Seals, settings: PaymentSettings) -> None:
        self.rpc = rpc
        self.seals = seals
        self.settings = settings

    @command
    def GrantVoucherLot(self, work: Work, request: GrantVoucherLotRequest) -> VoucherLot:
        return lot_message(grant_lot(work, _grant(request), default_zone=self.settings.time_zone))

    @query
    def ListVoucherLots(self, work: Work, request: ListVoucherLotsRequest) -> ListVoucherLotsResponse:
        return ListVoucherLotsResponse(lots=[lot_message(lot) for lot in lots.of_person(work, request.person)])

    @command
    def PutPayer(self, work: Work, request: PutPayerRequest) -> PutPayerResponse:
        processor, token = self.settings.processor, request.processor_token
        put_payer(work, self.seals, person=request.person, processor=processor, token=token)
        return PutPayerResponse()

    @query
    def GetSettlement(self, work: Work, request: GetSettlementRequest) -> Settlement:
        settlement = settlements.load(work, request.name)
        if settlement is None:
            raise NotFound(request.name)
        return settlement_message(settlement)

    @query
    def ListEntries(self, work: Work, request: ListEntriesRequest) -> ListEntriesResponse:
        return ListEntriesResponse(entries=[entry_message(entry) for entry in entries_of(work, request.name)])


def _grant(request: GrantVoucherLotRequest) -> Grant:
    told = request.lot
    return Grant(
        key=request.request_id,
        person=told.person,
        month=told.month,
        scope=tuple(told.scope),
        expire_time=told.expire_time.ToDatetime(tzinfo=UTC),
        granted=Amount(minor=told.granted.minor, asset=told.granted.asset),
        payer_region=told.payer_region,
    )
