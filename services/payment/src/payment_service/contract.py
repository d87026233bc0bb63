"""The list of what leaves the house, and settlements, lots and entries as the contract says them."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.work import Work
from eldercare.payment.v1 import events_pb2 as events
from eldercare.payment.v1 import payment_pb2 as messages
from payment_service.ledger.domain.amount import Amount
from payment_service.ledger.store import PostedEntry
from payment_service.settlement.domain import facts
from payment_service.settlement.domain.facts import Fact
from payment_service.settlement.domain.parts import Stage, State, Wanted
from payment_service.settlement.domain.rules import RESTORE, SPLIT
from payment_service.settlement.domain.settlement import Settlement
from payment_service.voucher.domain import RESERVE, Lot

Event = events.HoldPlaced | events.HoldRefused | events.HoldReleased | events.PaymentSettled


def publish(work: Work, about: Settlement, fact: Fact) -> None:
    message, rule = _event(about, fact)
    terms = about.terms
    work.publish(message, aggregate=about.name, region=terms.region or None, person=terms.person or None, rule=rule)


def _event(about: Settlement, fact: Fact) -> tuple[Event, str]:
    terms = about.terms
    match fact:
        case facts.HoldPlaced(voucher_part=voucher, secure_part=secure):
            placed = events.HoldPlaced(settlement=about.name, order=terms.order, incident=terms.incident)
            placed.voucher_part.CopyFrom(amount(voucher))
            placed.secure_part.CopyFrom(amount(secure))
            return placed, RESERVE
        case facts.HoldRefused(reason=reason, claim_part=claim):
            refused = events.HoldRefused(settlement=about.name, order=terms.order, incident=terms.incident)
            refused.reason = reason
            refused.claim_part.CopyFrom(amount(claim))
            return refused, RESERVE
        case facts.HoldReleased():
            released = events.HoldReleased(settlement=about.name, order=terms.order, incident=terms.incident)
            return released, RESTORE
        case facts.Settled():
            return _settled(about, fact), SPLIT


def _settled(about: Settlement, fact: facts.Settled) -> events.PaymentSettled:
    terms = about.terms
    return events.PaymentSettled(
        settlement=about.name,
        order=terms.order,
        incident=terms.incident,
        person=terms.person,
        price=amount(fact.price),
        voucher_part=amount(fact.voucher_part),
        secure_part=amount(fact.secure_part),
        claim_part=amount(fact.claim_part),
    )


def settlement_message(about: Settlement) -> messages.Settlement:
    terms = about.terms
    return messages.Settlement(
        name=about.name,
        order=terms.order,
        person=terms.person,
        provider=terms.payee if terms.payee.startswith("providers/") else "",
        state=messages.SettlementState.Value(f"SETTLEMENT_STATE_{about.state.name}"),
        price=_minor(about, about.price) if about.wanted is Wanted.CAPTURE else None,
        voucher_part=_minor(about, about.voucher_part),
        secure_part=_minor(about, _secure_part(about)),
        claim_part=_minor(about, _claim_part(about)),
        settle_time=_timestamp(about.settle_time) if about.settle_time else None,
        lots=[_lot_use(about, held.lot, held.captured, held.pending.minor) for held in about.lots],
        incident=terms.incident,
    )


def lot_message(lot: Lot) -> messages.VoucherLot:
    asset = lot.granted.asset
    return messages.VoucherLot(
        name=lot.name,
        person=lot.person,
        month=lot.month,
        scope=lot.scope,
        expire_time=_timestamp(lot.expire_time),
        granted=amount(lot.granted),
        remaining=messages.Amount(minor=lot.remaining, asset=asset),
        held=messages.Amount(minor=lot.held, asset=asset),
        payer_region=lot.payer_region,
    )


def entry_message(entry: PostedEntry) -> messages.Entry:
    return messages.Entry(
        transfer=entry.transfer,
        account=entry.account,
        amount=amount(entry.amount),
        post_time=_timestamp(entry.post_time),
        rule=entry.rule,
    )


def amount(value: Amount) -> messages.Amount:
    return messages.Amount(minor=value.minor, asset=value.asset)


def _secure_part(about: Settlement) -> int:
    """What is authorised until it is decided, then what is captured."""
    if about.wanted is Wanted.CAPTURE:
        return about.secure_part
    return about.secure.minor if about.secure.stage is Stage.AUTHORISED else 0


def _claim_part(about: Settlement) -> int:
    if about.state is State.CLAIM_OPEN:
        return about.terms.cap.minor - about.voucher_part
    return about.claim_part


def _lot_use(about: Settlement, lot: str, captured: int | None, held: int) -> messages.LotUse:
    return messages.LotUse(lot=lot, amount=_minor(about, held if captured is None else captured))


def _minor(about: Settlement, minor: int) -> messages.Amount:
    return messages.Amount(minor=minor, asset=about.terms.asset)


def _timestamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
