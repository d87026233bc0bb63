"""Settlement statements: a provider's own system reads what it is paid, page by page, and nobody else's."""

from __future__ import annotations

from functools import partial

import pytest

from chassis.rpc.client import Metadata, Refused
from eldercare.payment.v1.statement_service_pb2 import (
    ListSettlementStatementsRequest,
    ListSettlementStatementsResponse,
)
from services.payment.tests.cast import NURSE_TAO, PEAR_CARE, PLUM_CARE, Visit, visit
from services.payment.tests.house import SECONDS, House
from services.payment.tests.till import Till


def system_of(house: House, provider: str, *scopes: str) -> Metadata:
    token = house.people.vouch(provider, [f"provider@{provider}"], scopes=scopes or ("settlements.read",))
    return (("authorization", f"Bearer {token}"),)


def listed(house: House, caller: Metadata, *, size: int = 0, token: str = "") -> ListSettlementStatementsResponse:
    request = ListSettlementStatementsRequest(page_size=size, page_token=token)
    return house.statements.ListSettlementStatements(request, timeout=SECONDS, metadata=caller)


def settled(till: Till, price: int, provider: str = PLUM_CARE) -> Visit:
    visited = visit(cap=10_000).by(provider)
    till.hears(visited.accepted())
    till.asks_processor()
    till.hears(visited.confirmed(price))
    till.asks_processor()
    till.waits(minutes=1)
    return visited


def test_a_provider_reads_its_own_settlements_last_first_page_by_page(house: House, till: Till) -> None:
    visits = [settled(till, price) for price in (3_000, 4_000, 5_000)]
    settled(till, 9_000, PEAR_CARE)
    plum = system_of(house, PLUM_CARE)
    first = listed(house, plum, size=2)
    rest = listed(house, plum, size=2, token=first.next_page_token)
    told = [*first.statements, *rest.statements]
    assert [each.order for each in told] == [visited.order for visited in reversed(visits)]
    assert [each.price.minor for each in told] == [5_000, 4_000, 3_000]
    assert all(each.paid.minor + each.owed.minor == each.price.minor for each in told)
    assert rest.next_page_token == ""


def test_what_is_not_settled_is_no_statement(house: House, till: Till) -> None:
    till.hears(visit().accepted())
    assert not listed(house, system_of(house, PLUM_CARE)).statements


def test_a_key_without_the_scope_a_worker_and_a_made_up_page_are_refused(house: House) -> None:
    cases = {
        "SCOPE_MISSING": partial(listed, house, system_of(house, PLUM_CARE, "orders.read")),
        "ROLE_MISSING": partial(listed, house, house.signed(NURSE_TAO, f"worker@{PLUM_CARE}")),
        "PAGE_TOKEN_WRONG": partial(listed, house, system_of(house, PLUM_CARE), token="W10="),
    }
    for reason, call in cases.items():
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.reason == reason
