"""ProviderStatementService of the contract: a provider reads what it is paid, and nobody else's."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.rpc import Rpc, query
from chassis.work import Work
from eldercare.payment.v1 import statement_service_pb2 as api
from eldercare.payment.v1.payment_pb2 import Amount as AmountMessage
from eldercare.payment.v1.statement_service_pb2_grpc import ProviderStatementServiceServicer
from payment_service.ledger.domain.amount import Amount
from payment_service.settlement.statements import Statement, list_statements


class StatementRpc(ProviderStatementServiceServicer):
    def __init__(self, rpc: Rpc) -> None:
        self.rpc = rpc

    @query
    def ListSettlementStatements(
        self, work: Work, request: api.ListSettlementStatementsRequest
    ) -> api.ListSettlementStatementsResponse:
        payee = work.caller.subject if work.caller else ""
        statements, token = list_statements(work, payee, request.page_size, request.page_token)
        return api.ListSettlementStatementsResponse(
            statements=[_told(each) for each in statements], next_page_token=token
        )


def _told(statement: Statement) -> api.SettlementStatement:
    settle_time = Timestamp()
    settle_time.FromDatetime(statement.settle_time)
    return api.SettlementStatement(
        settlement=statement.settlement,
        order=statement.order,
        price=_amount(statement.price),
        paid=_amount(statement.paid),
        owed=_amount(statement.owed),
        settle_time=settle_time,
    )


def _amount(amount: Amount) -> AmountMessage:
    return AmountMessage(minor=amount.minor, asset=amount.asset)
