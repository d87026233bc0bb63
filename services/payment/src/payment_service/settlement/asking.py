"""Asks of a settlement as effects: stored with the decision, called by core afterwards. No token is stored here."""

from __future__ import annotations

from typing import Any

from chassis.work import Work
from payment_service.settlement.domain.asks import Ask, Authorise, Capture, Void
from payment_service.settlement.domain.parts import authorisation_key


def request(work: Work, settlement: str, processor: str, ask: Ask) -> None:
    kind, key, body = _effect(settlement, ask)
    work.request_effect(key, kind, {"settlement": settlement, "processor": processor} | body)


def _effect(settlement: str, ask: Ask) -> tuple[str, str, dict[str, Any]]:
    match ask:
        case Authorise(payer=payer, amount=amount):
            body = {"payer": payer, "minor": amount.minor, "asset": amount.asset}
            return "authorise", authorisation_key(settlement), body
        case Capture(reference=reference, amount=amount):
            body = {"reference": reference, "minor": amount.minor, "asset": amount.asset}
            return "capture", f"{settlement}:capture", body
        case Void(reference=reference):
            return "void", f"{settlement}:void", {"reference": reference}
