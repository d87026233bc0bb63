"""Pages that show names ask for names, all of a page at once, and for nobody's home."""

from __future__ import annotations

from uuid import uuid4

import httpx2
import pytest

from eldercare.people.v1.person_service_pb2 import GetHomeRequest, ListDisplayNamesRequest
from gateway_service.session.token import COOKIE
from services.gateway.tests.running.gateways import RunningGateway
from services.gateway.tests.running.whole_contract import WORD, WholeContract

PAGES = [
    ("/accounts", "operator@regions/made-up"),
    ("/?view=board", "operator@regions/made-up"),
    ("/?view=family", f"family@{WORD}"),
]


@pytest.mark.parametrize(("path", "role"), PAGES, ids=[path for path, _ in PAGES])
def test_a_page_asks_once_for_all_names_and_then_not_for_minutes(
    whole_gateway: RunningGateway, whole: WholeContract, path: str, role: str
) -> None:
    reader = whole_gateway.somebody(f"persons/{uuid4()}", role)
    cookie = {"Cookie": f"{COOKIE}={reader.headers['Authorization'].removeprefix('Bearer ')}"}
    whole.heard.clear()
    for _ in range(2):
        assert httpx2.get(reader.base + path, headers=cookie, timeout=20).status_code == 200
    asked = [each for each in whole.heard if isinstance(each, ListDisplayNamesRequest | GetHomeRequest)]
    assert asked == [ListDisplayNamesRequest(names=[WORD])]
