"""What a settlement tells the house."""

from __future__ import annotations

from dataclasses import dataclass

from payment_service.ledger.domain.amount import Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlaced:
    voucher_part: Amount
    secure_part: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRefused:
    reason: str
    claim_part: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReleased:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    price: Amount
    voucher_part: Amount
    secure_part: Amount
    claim_part: Amount


Fact = HoldPlaced | HoldRefused | HoldReleased | Settled
