"""The ledger in SQL. The database holds the invariants; this only adds rows, a transfer in one statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.refusal import Refusal
from chassis.work import Work
from payment_service.ledger.domain.account import Account
from payment_service.ledger.domain.amount import Amount
from payment_service.ledger.domain.transfer import Transfer


class TransferKeyReused(Refusal):
    """Money moves once for a key."""

    status = "ALREADY_EXISTS"
    sentence = "This key has moved other money before. Use a new key for a new transfer."


class HoldAlreadyResolved(Refusal):
    """Captured, voided or expired: one of them, once."""

    sentence = "This hold was captured or let go before."


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedEntry:
    transfer: str
    account: str
    amount: Amount
    post_time: datetime
    rule: str


def post(work: Work, transfers: Sequence[Transfer]) -> None:
    """Posts all or raises. All locks are taken first, in one order; the same transfer again changes nothing."""
    accounts = {entry.account.name: entry.account for each in transfers for entry in each.entries}
    open_accounts(work, accounts.values())
    lock_balances(work, accounts)
    for transfer in transfers:
        if not _insert(work, transfer):
            _check_same(work, transfer)


def open_accounts(work: Work, accounts: Iterable[Account]) -> None:
    """An account has its row before money is moved on it."""
    rows = sorted((account.name, account.kind, account.asset) for account in accounts)
    names, kinds, assets = zip(*rows, strict=True) if rows else ((), (), ())
    work.run(
        """INSERT INTO accounts (name, kind, asset) SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])
           ON CONFLICT (name) DO NOTHING""",
        [list(names), list(kinds), list(assets)],
    )


def lock_balances(work: Work, accounts: Collection[str]) -> dict[str, int]:
    """Balances of those with a floor; nobody else moves them until this transaction ends."""
    rows = work.all("SELECT name, balance FROM ledger_lock(%s)", [list(accounts)])
    return {row["name"]: row["balance"] for row in rows}


def entries_of(work: Work, settlement: str) -> list[PostedEntry]:
    rows = work.all(
        """SELECT e.transfer, e.account, e.amount, e.asset, t.post_time, t.rule
           FROM transfers t JOIN entries e ON e.transfer = t.name
           WHERE t.settlement = %s ORDER BY t.position, e.line""",
        [settlement],
    )
    return [
        PostedEntry(
            transfer=row["transfer"],
            account=row["account"],
            amount=Amount(minor=row["amount"], asset=row["asset"]),
            post_time=row["post_time"],
            rule=row["rule"],
        )
        for row in rows
    ]


def _insert(work: Work, transfer: Transfer) -> bool:
    cause, lines = transfer.cause, [entry for entry in transfer.entries if entry.minor]
    inserted = work.run(
        """WITH made AS (
               INSERT INTO transfers (name, key, fingerprint, kind, asset, amount, source, hold, resolves, refunds,
                                      settlement, rule, effective_time, lines)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, nullif(%s, ''), nullif(%s, ''), nullif(%s, ''), %s, %s, %s)
               ON CONFLICT DO NOTHING RETURNING name, lines)
           INSERT INTO entries (transfer, line, lines, account, asset, amount)
           SELECT made.name, line.number, made.lines, line.account, line.asset, line.amount
           FROM made, unnest(%s::text[], %s::text[], %s::bigint[])
               WITH ORDINALITY AS line (account, asset, amount, number)""",
        [
            transfer.name,
            cause.key,
            transfer.fingerprint,
            transfer.kind,
            transfer.asset,
            transfer.minor,
            transfer.source.name if transfer.source else None,
            transfer.hold.name if transfer.hold else None,
            transfer.resolves,
            transfer.refunds,
            cause.settlement,
            cause.rule,
            cause.effective_time,
            len(lines),
            [entry.account.name for entry in lines],
            [entry.account.asset for entry in lines],
            [entry.minor for entry in lines],
        ],
    )
    return inserted > 0


def _check_same(work: Work, transfer: Transfer) -> None:
    first = work.one("SELECT fingerprint FROM transfers WHERE key = %s", [transfer.cause.key])
    if first is None:
        raise HoldAlreadyResolved(transfer=transfer.resolves)
    if first["fingerprint"] != transfer.fingerprint:
        raise TransferKeyReused(key=transfer.cause.key)
