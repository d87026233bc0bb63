"""Forms of other sites, and addresses to go back to."""

from __future__ import annotations

import pytest
from fastapi import Request

from gateway_service.pages.render import money, own_path
from gateway_service.problem.problem import Problem
from gateway_service.session.token import COOKIE, token_of
from gateway_service.v1.shapes import AmountView


def request(method: str = "POST", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/", "query_string": b"", "headers": raw, "scheme": "https"}
    return Request(scope | {"server": ("care.example", 443)})


def test_an_app_is_known_by_its_bearer_token_only() -> None:
    assert token_of(request(authorization="Bearer abc")) == "abc"
    assert token_of(request(authorization="Basic abc", cookie=f"{COOKIE}=xyz")) == ""


def test_our_own_page_may_use_the_cookie() -> None:
    own = {"host": "care.example", "cookie": f"{COOKIE}=xyz"}
    assert token_of(request(sec_fetch_site="same-origin", **own)) == "xyz"
    assert token_of(request(origin="https://care.example", **own)) == "xyz"


@pytest.mark.parametrize(
    "where",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_a_form_of_another_site_may_not(where: dict[str, str]) -> None:
    with pytest.raises(Problem) as refused:
        token_of(request(host="care.example", cookie=f"{COOKIE}=xyz", **where))
    assert refused.value.reason == "FOREIGN_PAGE"


def test_looking_needs_no_such_care() -> None:
    assert token_of(request("GET", sec_fetch_site="cross-site", cookie=f"{COOKIE}=xyz")) == "xyz"


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "", "javascript:alert(1)"]
)
def test_after_signing_in_nobody_is_sent_to_a_stranger(path: str) -> None:
    assert own_path(path) == "/"


def test_fen_are_shown_as_yuan_exactly() -> None:
    assert money(AmountView(minor=9_007_199_254_740_993, asset="CNY")) == "¥90071992547409.93"
    assert money(AmountView(minor=-5, asset="CNY")) == "-¥0.05"
    assert money(AmountView(minor=90, asset="HOURS")) == "90 HOURS"
