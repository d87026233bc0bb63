"""The ledger on the real database against thirty lines of Python: whatever is posted, both agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from psycopg import errors

from chassis.context import Context
from chassis.work import Work
from payment_service.ledger.domain.account import Account
from payment_service.ledger.domain.transfer import (
    Cause,
    Transfer,
    expire,
    move,
    pending_of,
    post,
    refund,
    reserve,
    void,
)
from payment_service.ledger.store import HoldAlreadyResolved
from payment_service.ledger.store import post as post_all
from services.payment.tests.integration.test_database_holds_the_ledger import FUNDING, HOLD, LOT, PAYABLE, cause
from services.payment.tests.ledger_model import LedgerModel
from suite.testing import DatabaseFactory, TestDatabase

AMOUNTS = st.integers(1, 1_000)
EXAMPLES = count()


class LedgerMachine(RuleBasedStateMachine):
    db: TestDatabase

    def __init__(self) -> None:
        super().__init__()
        self.model, self.keys, self.example = LedgerModel(), count(), next(EXAMPLES)
        self.held: list[Transfer] = []
        self.paid: list[Transfer] = []
        self.refunded: dict[str, int] = {}
        self.last: Transfer | None = None

    @rule(minor=AMOUNTS)
    def grant(self, minor: int) -> None:
        self.posts(move(self.cause(), self.mine(FUNDING), self.mine(LOT), minor))

    @rule(minor=AMOUNTS)
    def hold(self, minor: int) -> None:
        source, target = self.mine(LOT), self.mine(HOLD)
        held = reserve(self.cause(), source, target, minor)
        if minor > self.model.balances[source.name]:
            self.refused(held)
        else:
            self.posts(held)
            self.held.append(held)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), verb=st.sampled_from(["post", "void", "expire"]), again=st.booleans())
    def resolve(self, data: st.DataObject, verb: str, again: bool) -> None:
        place = data.draw(st.integers(0, len(self.held) - 1))
        pending = pending_of(self.held.pop(place))
        if verb == "post":
            minor = data.draw(st.integers(1, pending.minor))
            done = post(self.cause(), pending, self.mine(PAYABLE), minor)
            self.paid.append(done)
        else:
            done = (void if verb == "void" else expire)(self.cause(), pending)
        self.posts(done)
        if again:
            self.refused(void(self.cause(), pending))

    @precondition(lambda self: self.paid)
    @rule(data=st.data(), minor=AMOUNTS)
    def give_back(self, data: st.DataObject, minor: int) -> None:
        paid = data.draw(st.sampled_from(self.paid))
        if minor > paid.minor:
            return
        back = refund(self.cause(), paid, self.mine(PAYABLE), self.mine(FUNDING), minor)
        before = self.refunded.get(paid.name, 0)
        if before + minor > paid.minor:
            self.refused(back)
        else:
            self.posts(back)
            self.refunded[paid.name] = before + minor

    @precondition(lambda self: self.last)
    @rule()
    def post_the_last_again(self) -> None:
        assert self.last is not None
        with self.work() as work:
            post_all(work, [self.last])

    @invariant()
    def database_and_model_agree(self) -> None:
        with self.work() as work:
            rows = work.all("SELECT name, balance FROM account_balances WHERE name LIKE %s", [f"%/{self.example}"])
        assert {row["name"]: row["balance"] for row in rows} == dict(self.model.balances)

    def posts(self, transfer: Transfer) -> None:
        with self.work() as work:
            post_all(work, [transfer])
        self.model.post(transfer)
        self.last = transfer

    def refused(self, transfer: Transfer) -> None:
        with pytest.raises((errors.IntegrityError, HoldAlreadyResolved)), self.work() as work:
            post_all(work, [transfer])

    @contextmanager
    def work(self) -> Iterator[Work]:
        with self.db.connection.transaction():
            yield Work(self.db.connection, Context())

    def cause(self) -> Cause:
        return cause(f"{self.example}.{next(self.keys)}")

    def mine(self, each: Account) -> Account:
        return replace(each, name=f"{each.name}/{self.example}")


def test_the_database_and_a_ledger_of_thirty_lines_always_agree(database: DatabaseFactory) -> None:
    limits = settings(max_examples=30, stateful_step_count=15, suppress_health_check=list(HealthCheck))
    LedgerMachine.db = database("payment")
    run_state_machine_as_test(LedgerMachine, settings=limits)
