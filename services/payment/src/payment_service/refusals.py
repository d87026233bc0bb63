"""Refusals of the domains: what a caller is told."""

from __future__ import annotations

from chassis.refusal import Refusals
from payment_service.ledger.domain.amount import AssetMismatch
from payment_service.settlement.domain import refusals as settlement
from payment_service.voucher import domain as voucher

_INVALID, _NOT_NOW = "INVALID_ARGUMENT", "FAILED_PRECONDITION"

REFUSALS: Refusals = {
    voucher.LotEmpty: (_INVALID, "A lot needs an amount above zero."),
    voucher.LotAlreadyExpired: (_INVALID, "This lot would be over before it is granted. Choose a later expiry."),
    voucher.LotNeverOpens: (
        _INVALID,
        "The lot expires before its month begins. Choose a later expiry or another month.",
    ),
    AssetMismatch: (_INVALID, "Two amounts of different assets cannot be added."),
    settlement.AlreadyLetGo: (_NOT_NOW, "The order was cancelled or missed; its hold is gone."),
    settlement.AlreadyConfirmed: (_NOT_NOW, "The order was confirmed; its hold is captured."),
    settlement.PriceChanged: (_NOT_NOW, "The order was confirmed before, at another price."),
}
