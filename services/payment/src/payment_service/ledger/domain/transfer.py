"""Double entry: a transfer moves value between accounts, its entries sum to zero for each asset, nothing is changed.

A pending transfer reserves: it moves from its source to a hold, and is resolved once, by posting up to its amount,
voiding or expiring; what is not posted goes back to its source. A mistake is corrected by another transfer.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

from payment_service.ledger.domain.account import Account

NAMES = uuid5(NAMESPACE_URL, "eldercare/transfers")


class Unbalanced(Exception):
    """The entries of a transfer do not sum to zero for each asset."""


class NotPositive(Exception):
    """A transfer moves one minor unit or more."""


class OverCaptured(Exception):
    """More would be posted than was reserved."""


class OverRefunded(Exception):
    """More would be given back than was posted."""


class Kind(StrEnum):
    POSTING = "posting"
    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    account: Account
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a transfer is made: its key (once, for ever), the rule that decided, when it counts, for which settlement."""

    key: str
    rule: str
    effective_time: datetime
    settlement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A reservation: so much from its source, kept in its hold."""

    name: str
    source: Account
    hold: Account
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    cause: Cause
    kind: Kind
    asset: str
    minor: int
    entries: tuple[Entry, ...]
    source: Account | None = None
    hold: Account | None = None
    resolves: str = ""
    refunds: str = ""

    def __post_init__(self) -> None:
        sums = Counter[str]()
        for entry in self.entries:
            sums[entry.account.asset] += entry.minor
        if any(sums.values()):
            raise Unbalanced(self.cause.key)

    @property
    def name(self) -> str:
        return transfer_name(self.cause.key)

    @property
    def fingerprint(self) -> str:
        """The same key with another fingerprint is another transfer, and is refused."""
        said = [self.kind, self.asset, self.minor, self.cause.rule, self.cause.settlement, self.resolves, self.refunds]
        moved = sorted([entry.account.name, entry.minor] for entry in self.entries)
        return hashlib.sha256(json.dumps([said, moved]).encode()).hexdigest()


def transfer_name(key: str) -> str:
    return f"transfers/{uuid5(NAMES, key)}"


def move(cause: Cause, source: Account, target: Account, minor: int) -> Transfer:
    entries = (Entry(account=source, minor=-_positive(minor)), Entry(account=target, minor=minor))
    return Transfer(cause=cause, kind=Kind.POSTING, asset=source.asset, minor=minor, entries=entries)


def reserve(cause: Cause, source: Account, hold: Account, minor: int) -> Transfer:
    entries = (Entry(account=source, minor=-_positive(minor)), Entry(account=hold, minor=minor))
    return Transfer(
        cause=cause, kind=Kind.PENDING, asset=source.asset, minor=minor, entries=entries, source=source, hold=hold
    )


def pending_of(transfer: Transfer) -> Pending:
    if transfer.source is None or transfer.hold is None:
        raise ValueError(f"{transfer.name} is not pending")
    return Pending(name=transfer.name, source=transfer.source, hold=transfer.hold, minor=transfer.minor)


def post(cause: Cause, pending: Pending, target: Account, minor: int) -> Transfer:
    """Takes up to what was reserved; the rest goes back to its source."""
    if _positive(minor) > pending.minor:
        raise OverCaptured(pending.name)
    rest = Entry(account=pending.source, minor=pending.minor - minor)
    taken = Entry(account=target, minor=minor)
    return _resolve(cause, Kind.POSTED, pending, minor, (taken, rest) if rest.minor else (taken,))


def void(cause: Cause, pending: Pending) -> Transfer:
    return _resolve(cause, Kind.VOIDED, pending, 0, (Entry(account=pending.source, minor=pending.minor),))


def expire(cause: Cause, pending: Pending) -> Transfer:
    """The other side let the reservation lapse."""
    return _resolve(cause, Kind.EXPIRED, pending, 0, (Entry(account=pending.source, minor=pending.minor),))


def refund(cause: Cause, original: Transfer, source: Account, target: Account, minor: int) -> Transfer:
    """Gives back up to what the original posted."""
    if _positive(minor) > original.minor:
        raise OverRefunded(original.name)
    entries = (Entry(account=source, minor=-minor), Entry(account=target, minor=minor))
    return Transfer(
        cause=cause, kind=Kind.REFUND, asset=original.asset, minor=minor, entries=entries, refunds=original.name
    )


def _resolve(cause: Cause, kind: Kind, pending: Pending, minor: int, given: tuple[Entry, ...]) -> Transfer:
    taken = Entry(account=pending.hold, minor=-pending.minor)
    asset = pending.source.asset
    return Transfer(cause=cause, kind=kind, asset=asset, minor=minor, entries=(taken, *given), resolves=pending.name)


def _positive(minor: int) -> int:
    if minor <= 0:
        raise NotPositive(str(minor))
    return minor
