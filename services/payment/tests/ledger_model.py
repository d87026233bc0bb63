"""A ledger in thirty lines, to check the real ones against."""

from __future__ import annotations

from collections import Counter

from payment_service.ledger.domain.transfer import Kind, Transfer

MAY_OVERDRAW = {"funding", "clearing", "payable", "claim"}


class LedgerModel:
    def __init__(self) -> None:
        self.balances = Counter[str]()
        self.kinds: dict[str, str] = {}
        self.pending: dict[str, int] = {}
        self.seen: set[str] = set()

    def post(self, transfer: Transfer) -> None:
        assert transfer.name not in self.seen, "money moved twice"
        self.seen.add(transfer.name)
        if transfer.kind is Kind.PENDING:
            self.pending[transfer.name] = transfer.minor
        if transfer.resolves:
            assert transfer.minor <= self.pending.pop(transfer.resolves), "resolved twice, or for too much"
        for entry in transfer.entries:
            self.balances[entry.account.name] += entry.minor
            self.kinds[entry.account.name] = entry.account.kind
        assert sum(self.balances.values()) == 0
        assert all(left >= 0 for name, left in self.balances.items() if self.kinds[name] not in MAY_OVERDRAW)

    def of_kind(self, kind: str) -> int:
        return sum(left for name, left in self.balances.items() if self.kinds[name] == kind)
