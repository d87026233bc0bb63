"""Whoever speaks SQL to the database with the service's own rights cannot make, lose or move money by hand."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import errors

from chassis.work import Work
from payment_service.ledger.domain import account
from payment_service.ledger.domain.transfer import Cause, Transfer, move, pending_of, post, refund, reserve, void
from payment_service.ledger.store import HoldAlreadyResolved, TransferKeyReused, lock_balances, open_accounts
from payment_service.ledger.store import post as post_all
from services.payment.tests.cast import GRANNY_WEN, LAKE, NOVEMBER, PLUM_CARE
from suite.testing import DatabaseFactory, TestDatabase

FUNDING = account.funding(LAKE, "CNY")
LOT, HOLD = account.voucher_lot("lots/a", "CNY"), account.lot_hold("lots/a", "CNY")
PAYABLE = account.payable(PLUM_CARE, "CNY")


def cause(key: str) -> Cause:
    return Cause(key=key, rule="test:rule/1", effective_time=NOVEMBER)


GRANT = move(cause("grant"), FUNDING, LOT, 5_000)
RESERVE = reserve(cause("hold"), LOT, HOLD, 3_000)
PENDING = pending_of(RESERVE)


@pytest.fixture
def db(database: DatabaseFactory) -> TestDatabase:
    """A lot of 50 yuan, 30 of them held."""
    db = database("payment")
    with db.work() as work:
        open_accounts(work, [PAYABLE])
        post_all(work, [GRANT, RESERVE])
    return db


def balances(db: TestDatabase) -> dict[str, int]:
    with db.work() as work:
        return {row["name"]: row["balance"] for row in work.all("SELECT name, balance FROM account_balances")}


BEFORE = {FUNDING.name: -5_000, LOT.name: 2_000, HOLD.name: 3_000, PAYABLE.name: 0}


FORBIDDEN = [
    "UPDATE entries SET amount = amount * 2",
    "DELETE FROM entries",
    "TRUNCATE entries CASCADE",
    "UPDATE transfers SET rule = 'other:rule/1'",
    "DELETE FROM transfers",
    "TRUNCATE transfers CASCADE",
    "UPDATE accounts SET balance = 1000000",
    "UPDATE accounts SET kind = 'claim'",
    "DELETE FROM accounts",
    "INSERT INTO accounts (name, kind, asset, balance) VALUES ('accounts/x', 'payable', 'CNY', 5)",
    "INSERT INTO account_kinds VALUES ('purse', true, 'mine')",
    "UPDATE account_kinds SET may_overdraw = true",
    "UPDATE lots SET expire_time = expire_time + interval '1 year'",
    "DELETE FROM settlements",
    "ALTER TABLE accounts DROP CONSTRAINT accounts_never_below_zero",
    "ALTER TABLE entries DISABLE TRIGGER ALL",
    "DROP TRIGGER apply_entries ON entries",
    "SET session_replication_role = replica",
    "CREATE TEMPORARY TABLE entries (LIKE entries)",
    "CREATE TABLE mine (LIKE entries)",
]


def test_the_service_may_add_to_the_ledger_and_nothing_else(db: TestDatabase, subtests: pytest.Subtests) -> None:
    for statement in FORBIDDEN:
        with subtests.test(statement), pytest.raises(errors.InsufficientPrivilege), db.work() as work:
            work.run(statement)
    assert balances(db) == BEFORE


def test_even_the_owner_cannot_rewrite_what_was_posted(db: TestDatabase, subtests: pytest.Subtests) -> None:
    for statement in ("UPDATE entries SET amount = 1", "DELETE FROM transfers", "TRUNCATE entries CASCADE"):
        refused = pytest.raises(errors.InsufficientPrivilege, match="append-only")
        with subtests.test(statement), psycopg.connect(db.urls.owner) as owner, refused:
            owner.execute(statement.encode())


def written(work: Work, *lines: tuple[str, int], **transfer: Any) -> None:
    """A transfer written by hand, with lines of account and amount."""
    row: dict[str, Any] = {
        "name": "transfers/by-hand",
        "key": "by-hand",
        "fingerprint": "f",
        "kind": "posting",
        "asset": "CNY",
    }
    row |= {"amount": 100, "rule": "test:rule/1", "effective_time": NOVEMBER, "lines": len(lines)} | transfer
    columns, values = ", ".join(row), ", ".join(f"%({name})s" for name in row)
    work.run("SET CONSTRAINTS ALL DEFERRED")
    work.run(f"INSERT INTO transfers ({columns}) VALUES ({values})", row)  # noqa: S608  column names of this file
    for number, (name, amount) in enumerate(lines, start=1):
        work.run(
            "INSERT INTO entries (transfer, line, lines, account, asset, amount) VALUES (%s, %s, %s, %s, %s, %s)",
            [row["name"], number, row["lines"], name, row["asset"], amount],
        )


MONEY_FROM_NOWHERE: list[tuple[list[tuple[str, int]], dict[str, Any], str]] = [
    ([(FUNDING.name, -100), (PAYABLE.name, 101)], {}, "do not sum to zero"),
    ([(FUNDING.name, -100), (PAYABLE.name, 100)], {"lines": 3}, "entries are missing"),
    ([(FUNDING.name, -100), (PAYABLE.name, 100)], {"amount": 99}, "do not move its amount"),
    (
        [(LOT.name, -100), (PAYABLE.name, 100)],
        {"kind": "pending", "source": LOT.name, "hold": HOLD.name},
        "from its source to its hold",
    ),
    (
        [(HOLD.name, -3_000), (PAYABLE.name, 3_000)],
        {"kind": "posted", "amount": 3_001, "resolves": RESERVE.name},
        "more would be posted than was reserved",
    ),
    (
        [(HOLD.name, -3_000), (PAYABLE.name, 3_000)],
        {"kind": "posted", "amount": 1_000, "resolves": RESERVE.name},
        "goes back to its source",
    ),
    (
        [(HOLD.name, -3_000), (PAYABLE.name, 3_000)],
        {"kind": "voided", "amount": 0, "resolves": RESERVE.name},
        "goes back to its source",
    ),
    (
        [(LOT.name, -100), (FUNDING.name, 100)],
        {"kind": "posted", "resolves": GRANT.name},
        "only a pending transfer",
    ),
    (
        [(LOT.name, -100), (FUNDING.name, 100)],
        {"kind": "refund", "refunds": RESERVE.name},
        "only what was posted",
    ),
]


def test_a_transfer_that_does_not_hold_together_is_refused(db: TestDatabase, subtests: pytest.Subtests) -> None:
    for lines, transfer, why in MONEY_FROM_NOWHERE:
        refused = pytest.raises(errors.IntegrityConstraintViolation, match=why)
        with subtests.test(why, transfer=transfer), refused, db.work() as work:
            written(work, *lines, **transfer)
    assert balances(db) == BEFORE


def test_an_account_with_a_floor_never_falls_below_it(db: TestDatabase) -> None:
    with pytest.raises(errors.CheckViolation, match="accounts_never_below_zero"), db.work() as work:
        post_all(work, [move(cause("too much"), LOT, PAYABLE, 2_001)])
    assert balances(db) == BEFORE


def test_fen_cannot_be_written_on_an_account_of_hours(db: TestDatabase) -> None:
    hours = account.payable(GRANNY_WEN, "HOURS")
    with db.work() as work:
        open_accounts(work, [hours])
    with pytest.raises(errors.ForeignKeyViolation), db.work() as work:
        written(work, (FUNDING.name, -100), (hours.name, 100))


def test_a_line_cannot_be_added_to_a_transfer_that_is_complete(db: TestDatabase) -> None:
    late = "INSERT INTO entries (transfer, line, lines, account, asset, amount) VALUES (%s, %s, %s, %s, 'CNY', 1)"
    with pytest.raises(errors.CheckViolation), db.work() as work:
        work.run(late, [GRANT.name, 3, 2, PAYABLE.name])
    with pytest.raises(errors.ForeignKeyViolation), db.work() as work:
        work.run(late, [GRANT.name, 3, 3, PAYABLE.name])
    with pytest.raises(errors.UniqueViolation), db.work() as work:
        work.run(late, [GRANT.name, 2, 2, PAYABLE.name])


def test_a_hold_is_resolved_once(db: TestDatabase) -> None:
    with db.work() as work:
        post_all(work, [post(cause("taken"), PENDING, PAYABLE, 1_200)])
    with pytest.raises(HoldAlreadyResolved), db.work() as work:
        post_all(work, [void(cause("let go"), PENDING)])
    by_hand = {"kind": "voided", "amount": 0, "resolves": RESERVE.name}
    with pytest.raises(errors.UniqueViolation, match="transfers_resolved_once"), db.work() as work:
        written(work, (HOLD.name, -3_000), (LOT.name, 3_000), **by_hand)
    assert balances(db) == {FUNDING.name: -5_000, LOT.name: 3_800, HOLD.name: 0, PAYABLE.name: 1_200}


def test_a_key_moves_money_once_and_never_other_money(db: TestDatabase) -> None:
    with db.work() as work:
        post_all(work, [GRANT, RESERVE])
    assert balances(db) == BEFORE
    with pytest.raises(TransferKeyReused), db.work() as work:
        post_all(work, [move(cause("grant"), FUNDING, LOT, 5_001)])
    assert balances(db) == BEFORE


def test_refunds_together_never_exceed_what_was_posted(db: TestDatabase) -> None:
    paid: Transfer = move(cause("paid"), FUNDING, PAYABLE, 1_000)
    with db.work() as work:
        post_all(work, [paid, refund(cause("back 1"), paid, PAYABLE, FUNDING, 700)])
    with pytest.raises(errors.IntegrityConstraintViolation, match="refunded"), db.work() as work:
        post_all(work, [refund(cause("back 2"), paid, PAYABLE, FUNDING, 301)])
    with db.work() as work:
        post_all(work, [refund(cause("back 2"), paid, PAYABLE, FUNDING, 300)])
    assert balances(db)[PAYABLE.name] == 0


def test_new_kinds_of_accounts_need_no_new_tables(db: TestDatabase) -> None:
    """A bond and family credits, as the next issue needs them: rows, and one transfer over two assets."""
    with psycopg.connect(db.urls.owner) as owner:
        owner.execute(
            "INSERT INTO account_kinds VALUES ('bond', false, 'm'), ('credit', false, 'm'), ('mint', true, 'm')"
        )
    bond = account.Account(name="accounts/bond", kind="bond", asset="CNY")
    credit = account.Account(name="accounts/credit", kind="credit", asset="CREDIT")
    mint = account.Account(name="accounts/mint", kind="mint", asset="CREDIT")
    with db.work() as work:
        post_all(work, [move(cause("earned"), mint, credit, 5), move(cause("deposit"), FUNDING, bond, 900)])
        assert lock_balances(work, [bond.name, credit.name]) == {bond.name: 900, credit.name: 5}
    with pytest.raises(errors.CheckViolation), db.work() as work:
        post_all(work, [move(cause("spent twice"), credit, mint, 6)])
