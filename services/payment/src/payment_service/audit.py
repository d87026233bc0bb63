"""What must never be: the stores are asked every half minute, what they name is counted and logged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import structlog
from prometheus_client import Gauge

from chassis.work import Work

log = structlog.get_logger(__name__)

KINDS = (
    "settled_not_paid",
    "decided_still_held",
    "hold_not_in_ledger",
    "authorised_not_in_ledger",
    "reference_unmatched",
    "call_unknown_too_long",
    "decided_without_progress",
    "asset_not_zero",
    "balance_not_its_entries",
)
_BREACHES = Gauge("eldercare_payment_breaches", "What the auditor found wrong", ["kind"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    kind: str
    name: str


def breaches(work: Work, *, since: str = "-infinity") -> list[Breach]:
    """All of the ledger; or only what is undecided or younger than `since`."""
    rows = work.all("SELECT kind, name FROM payment_breaches(%s::timestamptz) ORDER BY kind, name", [since])
    return [Breach(**row) for row in rows]


def audit(work: Work) -> None:
    hour = work.one("SELECT (app_now() - interval '1 hour')::text AS since")
    found = breaches(work, since=hour["since"] if hour else "-infinity")
    counts = Counter(breach.kind for breach in found)
    for kind in KINDS:
        _BREACHES.labels(kind).set(counts[kind])
    for breach in found:
        log.error("ledger.breach_found", kind=breach.kind, key=breach.name)
