"""What this service needs of a payment processor. Every call carries a key; the same key never charges twice.

How a real one fits: `authorise` is a PaymentIntent with manual capture (Stripe) or a pre-authorisation (Alipay's
fund freeze, WeChat Pay's scored deposit); `capture` takes a part and must let go of the rest, in the same call where
the processor does so by itself, in a second one where it does not; `find` searches by the key kept as metadata or as
the merchant's own number. One more adapter and one more line in `entrypoints/core.py`; `payers.processor` names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from payment_service.ledger.domain.amount import Amount


class NotSent(Exception):
    """The call certainly did not arrive; it may be made again. Any other exception means: unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a call: accepted with the processor's reference, or refused for a reason."""

    accepted: bool
    reference: str = ""
    reason: str = ""


class Processor(Protocol):
    def authorise(self, key: str, *, token: str, amount: Amount) -> Answer:
        """Holds an amount of the payer's means."""

    def capture(self, key: str, *, reference: str, amount: Amount) -> Answer:
        """Takes a part of what is held and lets go of the rest."""

    def void(self, key: str, *, reference: str) -> Answer:
        """Lets go of all that is held."""

    def find(self, key: str) -> Answer | None:
        """What became of a call whose answer was lost; None when the processor never heard of it."""
