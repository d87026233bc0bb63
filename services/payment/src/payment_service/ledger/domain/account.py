"""The chart of accounts. A balance grows by what an account receives; a kind says whether it may fall below zero.

Below zero stands what the outside owes the platform or has put in; above zero what the platform owes or keeps.
A kind to come (payout, bond, credit) is one more function here and one more row of `account_kinds`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    name: str
    kind: str
    asset: str


def funding(region: str, asset: str) -> Account:
    """What a region has put into vouchers; its balance is minus that."""
    return Account(name=f"accounts/{region}/funding/{asset}", kind="funding", asset=asset)


def voucher_lot(lot: str, asset: str) -> Account:
    """What a lot can still pay."""
    return Account(name=f"accounts/{lot}", kind="voucher_lot", asset=asset)


def lot_hold(lot: str, asset: str) -> Account:
    """What a lot has reserved for accepted orders."""
    return Account(name=f"accounts/{lot}/held", kind="lot_hold", asset=asset)


def clearing(processor: str, asset: str) -> Account:
    """What a processor has authorised or collected and not yet passed on; its balance is minus that."""
    return Account(name=f"accounts/processors/{processor}/clearing/{asset}", kind="clearing", asset=asset)


def payer_hold(person: str, asset: str) -> Account:
    """What the payer of a person has authorised and nobody captured yet."""
    return Account(name=f"accounts/{person}/held/{asset}", kind="payer_hold", asset=asset)


def payable(payee: str, asset: str) -> Account:
    """What is owed to a provider, or to a worker who has none."""
    return Account(name=f"accounts/{payee or 'unassigned'}/payable/{asset}", kind="payable", asset=asset)


def claim(person: str, asset: str) -> Account:
    """What a person owes because nothing could be held; its balance is minus that."""
    return Account(name=f"accounts/{person}/claim/{asset}", kind="claim", asset=asset)
