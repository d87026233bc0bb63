"""The parts of a settlement: what was ordered, what a lot holds, where the secure part is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from payment_service.ledger.domain import account
from payment_service.ledger.domain.amount import Amount
from payment_service.ledger.domain.transfer import Pending, transfer_name


class State(StrEnum):
    HOLDING = "holding"
    HELD = "held"
    CLAIM_OPEN = "claim_open"
    CAPTURING = "capturing"
    SETTLED = "settled"
    RELEASING = "releasing"
    RELEASED = "released"


class Wanted(StrEnum):
    """What order has decided; the first decision stands."""

    NOTHING = "nothing"
    CAPTURE = "capture"
    RELEASE = "release"


class Stage(StrEnum):
    """Where the secure part is at the processor."""

    NONE = "none"
    ASKED = "asked"
    AUTHORISED = "authorised"
    REFUSED = "refused"
    CAPTURED = "captured"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was accepted: for whom, by whom, for at most how much."""

    order: str
    incident: str
    person: str
    payee: str
    region: str
    payer_region: str
    service_class: str
    urgent: bool
    cap: Amount
    accept_time: datetime

    @property
    def asset(self) -> str:
        return self.cap.asset

    @property
    def payable(self) -> account.Account:
        return account.payable(self.payee, self.asset)

    @property
    def payer_hold(self) -> account.Account:
        return account.payer_hold(self.person, self.asset)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLot:
    """What a lot keeps for this order; `captured` once it is decided."""

    lot: str
    pending: Pending
    captured: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Secure:
    """The part a processor holds from the payer's own means."""

    stage: Stage = Stage.NONE
    processor: str = ""
    payer: str = ""
    minor: int = 0
    reference: str = ""

    def pending(self, settlement: str, terms: Terms) -> Pending:
        """The authorisation as the ledger knows it."""
        source = account.clearing(self.processor, terms.asset)
        name = transfer_name(authorisation_key(settlement))
        return Pending(name=name, source=source, hold=terms.payer_hold, minor=self.minor)


def authorisation_key(settlement: str) -> str:
    return f"{settlement}:authorise"
