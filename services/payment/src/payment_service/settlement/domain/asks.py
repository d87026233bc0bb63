"""What a settlement asks of a payment processor. The key is the processor's idempotency key, one for each verb."""

from __future__ import annotations

from dataclasses import dataclass

from payment_service.ledger.domain.amount import Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorise:
    payer: str
    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Takes `amount` of what is authorised and lets go of the rest."""

    reference: str
    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    reference: str


Ask = Authorise | Capture | Void
