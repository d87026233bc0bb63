from __future__ import annotations

from dataclasses import replace

from eldercare.access.v1.access_pb2 import Access
from tests.access.cast import NOW
from tests.access.requests import REQUESTS
from tests.architecture.access import without_rows, without_standing
from tools.access_docs import render
from tools.access_matrix import ROLES, Operation, operations

FOUND = operations()
TOY = Operation(
    service="order",
    noun="ToyService",
    method="BreakToy",
    rule=Access(action="toys.break", object="name", allow=["owner"]),
    request="eldercare.order.v1.BreakToyRequest",
    is_stream=False,
)


def test_every_operation_has_rows_and_every_role_somebody_who_plays_it() -> None:
    assert list(without_rows(FOUND, REQUESTS)) == []
    assert list(without_standing(FOUND)) == []
    assert set(NOW) == set(ROLES)


def test_a_planted_operation_without_a_row_is_caught_and_told_what_to_add() -> None:
    (said,) = without_rows([*FOUND, TOY], REQUESTS)
    assert said.startswith("order.ToyService.BreakToy has no rows: add one line to ORDER in tests/access/requests.py")
    assert list(without_rows(FOUND, [*REQUESTS, TOY.name])) == [
        "order.ToyService.BreakToy in tests/access/requests.py is no rpc of the contract"
    ]


def test_a_planted_role_nobody_plays_is_caught() -> None:
    (said,) = without_standing([TOY])
    assert "'owner'" in said


def test_a_planted_role_more_changes_the_page() -> None:
    (listing,) = (each for each in FOUND if each.name == "order.OrderService.ListOrders")
    wider = Access(action=listing.rule.action, region="region", allow=[*listing.rule.allow, "worker"])
    assert render([replace(listing, rule=wider)]) != render([listing])
