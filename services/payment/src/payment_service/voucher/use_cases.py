"""Granting lots, listing them, and giving back what nobody spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.access import covers
from chassis.ids import uuid7
from chassis.refusal import Refusal
from chassis.timers import Timer
from chassis.work import Work
from payment_service.ledger.domain import account
from payment_service.ledger.domain.amount import Amount
from payment_service.ledger.domain.transfer import transfer_name
from payment_service.ledger.store import open_accounts, post
from payment_service.person import store as persons
from payment_service.voucher import store as lots
from payment_service.voucher.domain import Lot, grant, lapse, lapse_time, month_start

LAPSE_TIMER = "lapse"
# Acceptances made before a lot expired may be heard of later; until then what is left stays where it is.
LAPSE_GRACE = timedelta(days=3)


class PurseNotYours(Refusal):
    """An operator gives from the purses of its own line: its region, those below and those above."""

    status = "PERMISSION_DENIED"
    sentence = "Vouchers can be granted from the purse of your own region, or of one above or below it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an operator asks for. The key makes it one lot for ever."""

    key: str
    person: str
    month: str
    scope: tuple[str, ...]
    expire_time: datetime
    granted: Amount
    payer_region: str


def grant_lot(work: Work, asked: Grant, *, default_zone: str) -> Lot:
    _check_purse(work, asked.payer_region)
    key = f"grant:{asked.key}"
    if first := lots.granted_by(work, transfer_name(key)):
        return first
    zone = persons.time_zone_of(work, asked.payer_region) or default_zone
    lot = Lot(
        name=f"lots/{uuid7()}",
        person=asked.person,
        month=asked.month,
        scope=asked.scope,
        start_time=month_start(asked.month, zone),
        expire_time=asked.expire_time,
        granted=asked.granted,
        payer_region=asked.payer_region,
        remaining=asked.granted.minor,
    )
    transfer = grant(lot, key=key, now=work.now)
    open_accounts(work, [account.lot_hold(lot.name, lot.granted.asset)])
    post(work, [transfer])
    lots.insert(work, lot, transfer.name)
    plan_lapse(work, lot)
    return lot


def plan_lapse(work: Work, lot: Lot) -> None:
    """Also called when something comes back to a lot that is already over."""
    due = max(lapse_time(lot.expire_time, LAPSE_GRACE), work.now)
    work.set_timer(f"{LAPSE_TIMER}:{lot.name}", LAPSE_TIMER, due, {"lot": lot.name})


def lapse_lot(work: Work, timer: Timer) -> None:
    lot = lots.lock(work, timer.payload["lot"])
    transfer = lapse(lot, key=f"{timer.key}:{timer.due.isoformat()}", now=work.now) if lot else None
    if transfer:
        post(work, [transfer])


def _check_purse(work: Work, purse: str) -> None:
    own = work.caller.objects_of("operator") if work.caller and not work.caller.is_service else [purse]
    if not any(covers(region, purse) or covers(purse, region) for region in own):
        raise PurseNotYours(region=purse)


TIMERS = {LAPSE_TIMER: lapse_lot}
