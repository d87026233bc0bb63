"""payment.core: rpc, relay, timers, calls to the processor, auditor."""

from __future__ import annotations

from chassis.core import Core, Deps, Parts
from eldercare.payment.v1 import payment_service_pb2_grpc as contract
from eldercare.payment.v1.statement_service_pb2_grpc import add_ProviderStatementServiceServicer_to_server
from payment_service.access import relate
from payment_service.audit import audit
from payment_service.entrypoints.payment_rpc import PaymentRpc
from payment_service.entrypoints.statement_rpc import StatementRpc
from payment_service.exported import PARTS
from payment_service.handlers import HANDLERS
from payment_service.processor.sandbox import Endpoint, SandboxProcessor
from payment_service.refusals import REFUSALS
from payment_service.settings import PaymentSettings, secrets_of
from payment_service.settlement.executors import executors
from payment_service.voucher.use_cases import TIMERS


def build(deps: Deps[PaymentSettings]) -> Parts:
    settings = deps.settings
    endpoint = Endpoint(
        url=settings.processor_url,
        secrets=secrets_of(settings.processor_secrets),
        timeout_s=settings.processor_timeout_s,
    )
    processors = {"sandbox": SandboxProcessor(endpoint)}
    return Parts(
        servicers=[
            (contract.add_PaymentServiceServicer_to_server, PaymentRpc(deps.rpc, deps.seals, settings)),
            (add_ProviderStatementServiceServicer_to_server, StatementRpc(deps.rpc)),
        ],
        timers=TIMERS,
        effects=executors(processors, deps.seals, deps.transaction),
        auditor=audit,
        exported=PARTS,
    )


CORE = Core(
    service="payment", settings=PaymentSettings, handlers=HANDLERS, relate=relate, refusals=REFUSALS, build=build
)
