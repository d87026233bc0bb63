"""Voucher lots: what a region gives an elder for one month, spent soonest to expire first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from payment_service.ledger.domain import account
from payment_service.ledger.domain.amount import Amount
from payment_service.ledger.domain.transfer import Cause, Transfer, move, reserve

GRANT = "voucher:grant/1"
RESERVE = "voucher:soonest-to-expire-first/1"
LAPSE = "voucher:lapse/1"


class LotAlreadyExpired(Exception):
    """A lot that is over before it is granted."""


class LotEmpty(Exception):
    """A lot is granted one minor unit or more."""


class LotNeverOpens(Exception):
    """The lot expires before its month begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Spendable from the first moment of its month until it expires; an empty scope pays for every class."""

    name: str
    person: str
    month: str
    scope: tuple[str, ...]
    start_time: datetime
    expire_time: datetime
    granted: Amount
    payer_region: str
    remaining: int = 0
    held: int = 0

    def pays_for(self, service_class: str, at: datetime) -> bool:
        """The moment that counts is the order's, not the moment we hear of it."""
        in_scope = not self.scope or service_class in self.scope
        return in_scope and self.start_time <= at < self.expire_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one lot gives to one order, reserved under a pending transfer."""

    lot: str
    transfer: Transfer


def month_start(month: str, zone: str) -> datetime:
    """The first civil moment of `2026-11` where the region lives."""
    year, number = (int(part) for part in month.split("-"))
    return datetime(year, number, 1, tzinfo=ZoneInfo(zone))


def grant(lot: Lot, *, key: str, now: datetime) -> Transfer:
    """The region's purse gives; refuses a lot nobody could ever spend."""
    if lot.granted.minor <= 0:
        raise LotEmpty(lot.name)
    if lot.expire_time <= now:
        raise LotAlreadyExpired(lot.name)
    if lot.expire_time <= lot.start_time:
        raise LotNeverOpens(lot.name)
    asset = lot.granted.asset
    cause = Cause(key=key, rule=GRANT, effective_time=now)
    return move(
        cause, account.funding(lot.payer_region, asset), account.voucher_lot(lot.name, asset), lot.granted.minor
    )


def share(lots: Iterable[Lot], minor: int, service_class: str, *, settlement: str, at: datetime) -> tuple[Share, ...]:
    """Reserves up to `minor`, soonest to expire first; what is missing is somebody else's part."""
    shares: list[Share] = []
    for lot in sorted(lots, key=lambda lot: (lot.expire_time, lot.name)):
        given = min(lot.remaining, minor) if lot.pays_for(service_class, at) else 0
        if given > 0:
            shares.append(Share(lot=lot.name, transfer=_reserve(lot, given, settlement, at)))
            minor -= given
    return tuple(shares)


def _reserve(lot: Lot, minor: int, settlement: str, at: datetime) -> Transfer:
    asset = lot.granted.asset
    cause = Cause(key=f"{settlement}:hold:{lot.name}", rule=RESERVE, effective_time=at, settlement=settlement)
    return reserve(cause, account.voucher_lot(lot.name, asset), account.lot_hold(lot.name, asset), minor)


def lapse_time(expire_time: datetime, grace: timedelta) -> datetime:
    """Acceptances of the last minute may still be on their way when a lot expires."""
    return expire_time + grace


def lapse(lot: Lot, *, key: str, now: datetime) -> Transfer | None:
    """What nobody spent goes back to the region; a held part stays until its order is resolved."""
    if lot.remaining <= 0 or now < lot.expire_time:
        return None
    asset = lot.granted.asset
    cause = Cause(key=key, rule=LAPSE, effective_time=now)
    return move(cause, account.voucher_lot(lot.name, asset), account.funding(lot.payer_region, asset), lot.remaining)
