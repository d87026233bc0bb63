"""What order decides about an order's money, and what the processor answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chassis.refusal import NotFound
from chassis.work import Work
from payment_service.contract import publish
from payment_service.ledger.domain.amount import Amount
from payment_service.ledger.store import post
from payment_service.payer import store as payers
from payment_service.settlement import store as settlements
from payment_service.settlement.asking import request
from payment_service.settlement.domain.parts import Terms
from payment_service.settlement.domain.settlement import Settlement
from payment_service.voucher import store as lots
from payment_service.voucher.domain import share
from payment_service.voucher.use_cases import plan_lapse


def hold_for(work: Work, terms: Terms) -> None:
    """An order was accepted. Accepted again by another worker, the hold stays and only the payee changes."""
    name = settlements.name_of(terms.order)
    known = settlements.lock(work, name)
    if known is None:
        record(work, _hold(work, name, terms))
    else:
        known.reassign(terms.payee)
        record(work, known)


def capture_for(work: Work, terms: Terms) -> None:
    """An order was confirmed; `terms.cap` is its price. What was never held is held and captured at once."""
    name = settlements.name_of(terms.order)
    settlement = settlements.lock(work, name) or _hold(work, name, terms)
    settlement.confirm(terms.cap, at=terms.accept_time)
    record(work, settlement)


def let_go_for(work: Work, order: str, incident: str, *, at: datetime) -> None:
    """An order was cancelled or missed; nothing accepted later may hold for it."""
    name = settlements.name_of(order)
    settlement = settlements.lock(work, name)
    if settlement is None:
        settlements.save(work, Settlement.never_held(name, _no_terms(order, incident, at), at=at))
        return
    settlement.cancel(at=at)
    record(work, settlement)


def answered(work: Work, name: str, verb: Callable[[Settlement], None]) -> None:
    """The processor has answered."""
    settlement = settlements.lock(work, name)
    if settlement is None:
        raise NotFound(name)
    verb(settlement)
    record(work, settlement)


def record(work: Work, settlement: Settlement) -> None:
    """State, money, calls and facts in one transaction."""
    settlements.save(work, settlement)
    if settlement.transfers:
        post(work, settlement.transfers)
        _lapse_what_is_over(work, settlement)
    for ask in settlement.asks:
        request(work, settlement.name, settlement.secure.processor, ask)
    for fact in settlement.facts:
        publish(work, settlement, fact)


def _hold(work: Work, name: str, terms: Terms) -> Settlement:
    spendable = lots.lock_spendable(work, terms.person, terms.asset)
    shares = share(spendable, terms.cap.minor, terms.service_class, settlement=name, at=terms.accept_time)
    payer = payers.current(work, terms.person)
    return Settlement.hold(name, terms, shares, payer=payer.name, processor=payer.processor)


def _lapse_what_is_over(work: Work, settlement: Settlement) -> None:
    for held in settlement.lots:
        given_back = held.captured is not None and held.captured < held.pending.minor
        lot = lots.load(work, held.lot) if given_back else None
        if lot and lot.expire_time <= work.now:
            plan_lapse(work, lot)


def _no_terms(order: str, incident: str, at: datetime) -> Terms:
    return Terms(
        order=order,
        incident=incident,
        person="",
        payee="",
        region="",
        payer_region="",
        service_class="",
        urgent=False,
        cap=Amount(minor=0, asset=""),
        accept_time=at,
    )
