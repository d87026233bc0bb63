"""The payment service on a database of its own, with the real sandbox behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
from google.protobuf.message import Message

from chassis.clock import pause
from chassis.context import Caller
from chassis.effects import Executor
from chassis.seal import Seals
from eldercare.payment.v1 import events_pb2
from payment_service.audit import breaches
from payment_service.contract import settlement_message
from payment_service.handlers import HANDLERS
from payment_service.ledger.domain.amount import Amount
from payment_service.payer.use_cases import put_payer
from payment_service.processor.sandbox import SandboxProcessor
from payment_service.settlement import store as settlements
from payment_service.settlement.domain.settlement import Settlement
from payment_service.settlement.executors import executors
from payment_service.voucher import store as lots
from payment_service.voucher.domain import Lot
from payment_service.voucher.use_cases import TIMERS, Grant, grant_lot
from services.payment.tests.cast import GRANNY_WEN, LAKE, OPERATOR_MEI, PLUM_GARDEN
from services.payment.tests.sandbox_process import SandboxProcess
from suite.testing import TestDatabase

MEI = Caller(subject=OPERATOR_MEI, roles=(f"operator@{LAKE}",))


def until(happened: Callable[[], bool]) -> None:
    while not happened():
        pause(0.01)


@dataclass(kw_only=True)
class Till:
    database: TestDatabase
    sandbox: SandboxProcess
    processor: SandboxProcessor
    seals: Seals

    @property
    def effects(self) -> dict[str, Executor]:
        return executors({"sandbox": self.processor}, self.seals, self.database.work)

    def speaks_to(self, processor: SandboxProcessor) -> None:
        self.processor.close()
        self.processor = processor

    @contextmanager
    def as_owner(self) -> Iterator[psycopg.Connection]:
        """Who may damage what the service itself may not."""
        with psycopg.connect(self.database.urls.owner) as owner:
            yield owner

    def grant(self, fen: int, *, days: float = 30, scope: tuple[str, ...] = (), key: str = "") -> Lot:
        with self.database.work(caller=MEI) as work:
            asked = Grant(
                key=key or str(uuid4()),
                person=GRANNY_WEN,
                month=work.now.strftime("%Y-%m"),
                scope=scope,
                expire_time=work.now + timedelta(days=days),
                granted=Amount(minor=fen, asset="CNY"),
                payer_region=LAKE,
            )
            return grant_lot(work, asked, default_zone="Asia/Shanghai")

    def lot(self, name: str) -> Lot:
        with self.database.work() as work:
            found = lots.load(work, name)
        assert found is not None
        return found

    def payer(self, token: str) -> None:
        with self.database.work(caller=MEI) as work:
            put_payer(work, self.seals, person=GRANNY_WEN, processor="sandbox", token=token)

    def hears(self, message: Message, *, about: str = "orders/x", event_id: UUID | None = None) -> UUID:
        aggregate = getattr(message, "order", about)
        return self.database.deliver(
            HANDLERS, message, aggregate=aggregate, id=event_id, correlation="incidents/b1", region=PLUM_GARDEN
        )

    def asks_processor(self) -> int:
        """The calls that are due now; what is unknown waits for its next try."""
        return self.database.run_effects(self.effects)

    def asks_without_patience(self) -> int:
        """The same, by somebody who hangs up long before a mute or slow processor says anything."""
        with self.sandbox.adapter(timeout_s=0.2) as hasty:
            return self.database.run_effects(executors({"sandbox": hasty}, self.seals, self.database.work))

    def waits(self, **shift: float) -> None:
        self.database.push_clock(**shift)
        self.database.run_timers(TIMERS)

    def settlement(self, name: str) -> Settlement:
        with self.database.work() as work:
            found = settlements.load(work, name)
        assert found is not None
        return found

    def parts(self, name: str) -> tuple[int, int, int]:
        """Voucher, secure, claim, as a reader of the contract sees them."""
        told = settlement_message(self.settlement(name))
        return told.voucher_part.minor, told.secure_part.minor, told.claim_part.minor

    def facts(self) -> list[str]:
        kinds = (events_pb2.HoldPlaced, events_pb2.HoldRefused, events_pb2.HoldReleased, events_pb2.PaymentSettled)
        return [type(message).__name__ for message in self.database.messages(*kinds)]

    def balance(self, account: str) -> int:
        with self.database.work() as work:
            row = work.one("SELECT balance FROM account_balances WHERE name = %s", [account])
        return row["balance"] if row else 0

    def breaches(self) -> list[str]:
        with self.database.work() as work:
            return [f"{breach.kind} {breach.name}" for breach in breaches(work)]
