"""What a provider is paid, as pages. A token is the place after the last row, opaque to the caller and no authority."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from chassis.refusal import Refusal
from chassis.work import Work
from payment_service.ledger.domain.amount import Amount

USUAL, MOST = 20, 100
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


class PageTokenWrong(Refusal):
    status = "INVALID_ARGUMENT"
    sentence = "This page_token was not given out for this list. Start again without one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    settlement: str
    order: str
    price: Amount
    paid: Amount
    owed: Amount
    settle_time: datetime


def list_statements(work: Work, payee: str, size: int, token: str) -> tuple[list[Statement], str]:
    """The settled ones, last settled first, and the token of the next page; empty when the list ended."""
    size = min(size or USUAL, MOST)
    before, name = _place(token) if token else (_END_OF_TIME, "")
    rows = work.all(
        """SELECT * FROM settlements WHERE payee = %s AND state = 'settled' AND (settle_time, name) < (%s, %s)
           ORDER BY settle_time DESC, name DESC LIMIT %s""",
        [payee, before, name, size],
    )
    statements = [
        Statement(
            settlement=row["name"],
            order=row["order_name"],
            price=Amount(minor=row["price"], asset=row["asset"]),
            paid=Amount(minor=row["voucher_part"] + row["secure_part"], asset=row["asset"]),
            owed=Amount(minor=row["claim_part"], asset=row["asset"]),
            settle_time=row["settle_time"],
        )
        for row in rows
    ]
    return statements, _token(statements[-1]) if len(statements) == size else ""


def _token(last: Statement) -> str:
    return urlsafe_b64encode(json.dumps([last.settle_time.isoformat(), last.settlement]).encode()).decode()


def _place(token: str) -> tuple[datetime, str]:
    try:
        before, name = json.loads(urlsafe_b64decode(token.encode()))
        return datetime.fromisoformat(before).astimezone(UTC), str(name)
    except (ValueError, TypeError) as broken:
        raise PageTokenWrong from broken
