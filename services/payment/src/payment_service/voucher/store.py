"""Lots in SQL; what is left and what is held are balances of the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from psycopg.rows import DictRow

from chassis.work import Work
from payment_service.ledger.domain import account
from payment_service.ledger.domain.amount import Amount
from payment_service.ledger.store import lock_balances
from payment_service.voucher.domain import Lot

_SELECT = """SELECT l.*, a.balance AS remaining, h.balance AS held FROM lots l
             JOIN accounts a ON a.name = l.account JOIN accounts h ON h.name = l.hold """
_SOONEST = " ORDER BY l.expire_time, l.name"


def insert(work: Work, lot: Lot, transfer: str) -> None:
    asset = lot.granted.asset
    work.run(
        """INSERT INTO lots (name, person, month, scope, start_time, expire_time, granted, asset, payer_region,
                             account, hold, transfer)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        [
            lot.name,
            lot.person,
            lot.month,
            list(lot.scope),
            lot.start_time,
            lot.expire_time,
            lot.granted.minor,
            asset,
            lot.payer_region,
            account.voucher_lot(lot.name, asset).name,
            account.lot_hold(lot.name, asset).name,
            transfer,
        ],
    )


def load(work: Work, name: str) -> Lot | None:
    row = work.one(_SELECT + "WHERE l.name = %s", [name])
    return _lot(row) if row else None


def granted_by(work: Work, transfer: str) -> Lot | None:
    row = work.one(_SELECT + "WHERE l.transfer = %s", [transfer])
    return _lot(row) if row else None


def of_person(work: Work, person: str) -> list[Lot]:
    """What can still be spent or is still held, soonest to expire first."""
    where = "WHERE l.person = %s AND (l.expire_time > app_now() OR a.balance + h.balance > 0)"
    return [_lot(row) for row in work.all(_SELECT + where + _SOONEST, [person])]


def lock_spendable(work: Work, person: str, asset: str) -> list[Lot]:
    """A person's lots with something left, locked: what is read here can be reserved."""
    where = "WHERE l.person = %s AND l.asset = %s AND a.balance > 0"
    return _locked(work, [_lot(row) for row in work.all(_SELECT + where, [person, asset])])


def lock(work: Work, name: str) -> Lot | None:
    lot = load(work, name)
    return _locked(work, [lot])[0] if lot else None


def _locked(work: Work, lots: Iterable[Lot]) -> list[Lot]:
    by_account = {account.voucher_lot(lot.name, lot.granted.asset).name: lot for lot in lots}
    balances = lock_balances(work, by_account)
    return [replace(lot, remaining=balances[name]) for name, lot in by_account.items()]


def _lot(row: DictRow) -> Lot:
    return Lot(
        name=row["name"],
        person=row["person"],
        month=row["month"],
        scope=tuple(row["scope"]),
        start_time=row["start_time"],
        expire_time=row["expire_time"],
        granted=Amount(minor=row["granted"], asset=row["asset"]),
        payer_region=row["payer_region"],
        remaining=row["remaining"],
        held=row["held"],
    )
