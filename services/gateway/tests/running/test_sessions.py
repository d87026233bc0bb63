"""Signing in, staying signed in and signing out: by apps with tokens, by browsers with cookies."""

from __future__ import annotations

from uuid import uuid4

import httpx2
import pytest

from eldercare.people.v1.session_pb2 import (
    EndAllSessionsRequest,
    EndSessionRequest,
    RefreshSessionRequest,
    RequestCodeRequest,
)
from gateway_service.session.phone import phone_of
from gateway_service.session.token import COOKIE, REFRESH_COOKIE
from services.gateway.tests.running.conftest import Gateways
from services.gateway.tests.running.gateways import RunningGateway, Somebody
from services.gateway.tests.running.neighbours import Neighbours

OWN = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}


@pytest.fixture
def app(gateway: RunningGateway) -> Somebody:
    """Not signed in."""
    return Somebody(base=gateway.base, headers={"Accept-Language": "en"})


def browser(gateway: RunningGateway) -> httpx2.Client:
    return httpx2.Client(base_url=gateway.base, headers=OWN)


def forgotten(answer: httpx2.Response) -> set[str]:
    """The cookies this answer takes away."""
    told = answer.headers.get_list("set-cookie")
    return {each.partition("=")[0] for each in told if "max-age=0" in each.lower()}


def test_an_app_asks_for_a_code_trades_it_and_refreshes(app: Somebody, neighbours: Neighbours) -> None:
    asked = app.post("/v1/sessions/codes", {"phone": "+8600000000021"}, key=(key := str(uuid4())))
    assert (asked.status_code, asked.json().keys()) == (201, {"challenge", "expire_time"})
    opened = app.post("/v1/sessions/code", {"challenge": asked.json()["challenge"], "code": "042731"})
    assert opened.json().keys() >= {"token", "refresh_token", "refresh_expire_time", "session"}
    renewed = app.post(
        "/v1/sessions/refresh", {"refresh_token": opened.json()["refresh_token"]}, key=(again := str(uuid4()))
    )
    assert renewed.status_code == 201
    wish, _, trade = (heard.request for heard in neighbours.heard)
    assert (wish.request_id, wish.phone) == (key, "+8600000000021")
    assert (trade.request_id, trade.refresh_token) == (again, opened.json()["refresh_token"])


def test_a_refresh_token_that_is_worth_nothing_says_sign_in_again(app: Somebody, neighbours: Neighbours) -> None:
    neighbours.refusal = ("UNAUTHENTICATED", "SESSION_OVER", "Your session has ended.")
    answer = app.post("/v1/sessions/refresh", {"refresh_token": "made-up"})
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:eldercare:problem:session-over")


@pytest.mark.parametrize(("path", "kind"), [("current", EndSessionRequest), ("everywhere", EndAllSessionsRequest)])
def test_signing_out_is_told_to_people_and_clears_the_cookies(
    daughter: Somebody, neighbours: Neighbours, path: str, kind: type
) -> None:
    answer = httpx2.delete(f"{daughter.base}/v1/sessions/{path}", headers=daughter.headers)
    assert answer.status_code == 204
    assert [type(heard.request) for heard in neighbours.heard] == [kind]
    assert forgotten(answer) == {COOKIE, REFRESH_COOKIE}


def test_one_sees_ones_own_sessions_and_ends_one(daughter: Somebody, neighbours: Neighbours) -> None:
    (entry,) = daughter.get("/v1/sessions").json()["sessions"]
    assert (entry["means"], entry["current"]) == ("code", True)
    httpx2.delete(f"{daughter.base}/v1/sessions/{entry['uuid']}", headers=daughter.headers).raise_for_status()
    assert neighbours.heard[-1].request.name == f"sessions/{entry['uuid']}"


def test_a_browser_signs_in_with_its_phone_and_the_code_that_comes(
    gateway: RunningGateway, neighbours: Neighbours
) -> None:
    with browser(gateway) as client:
        asked = client.post("/sign-in/phone", data={"phone": "130 0000 0021", "wanted": "/incidents/1"})
        assert 'autocomplete="one-time-code"' in asked.text
        assert isinstance(neighbours.heard[0].request, RequestCodeRequest)
        assert neighbours.heard[0].request.phone == "+8613000000021"
        challenge = asked.text.partition('name="challenge" value="')[2].partition('"')[0]
        form = {"challenge": challenge, "code": "042731", "phone": "130 0000 0021", "wanted": "/incidents/1"}
        opened = client.post("/sign-in/code", data=form)
        assert (opened.status_code, opened.headers["location"]) == (303, "/incidents/1")
        assert client.cookies[COOKIE]
        assert client.cookies[REFRESH_COOKIE]


def test_a_wrong_code_is_a_sentence_and_may_be_typed_again(gateway: RunningGateway, neighbours: Neighbours) -> None:
    neighbours.refusal = ("PERMISSION_DENIED", "CODE_REFUSED", "No.")
    form = {"challenge": str(uuid4()), "code": "000000"}
    with browser(gateway) as client:
        answer = client.post("/sign-in/code", data=form)
    assert answer.status_code == 403
    assert "This code does not open." in answer.text
    assert form["challenge"] in answer.text


def test_what_is_no_phone_is_told_before_anybody_is_asked(gateway: RunningGateway, neighbours: Neighbours) -> None:
    with browser(gateway) as client:
        answer = client.post("/sign-in/phone", data={"phone": "granny"})
    assert answer.status_code == 400
    assert "Type the phone with its country code" in answer.text
    assert neighbours.heard == []


def test_a_browser_whose_token_ran_out_is_renewed_on_its_way(gateway: RunningGateway, neighbours: Neighbours) -> None:
    with browser(gateway) as client:
        client.cookies.set(REFRESH_COOKIE, "made-up")
        away = client.get("/incidents/1")
        assert away.headers["location"] == "/renew?next=%2Fincidents%2F1"
        back = client.get(away.headers["location"])
        assert (back.status_code, back.headers["location"]) == (303, "/incidents/1")
        assert client.cookies[COOKIE]


def test_two_pages_that_renew_at_once_are_one_trade(gateway: RunningGateway, neighbours: Neighbours) -> None:
    for _ in range(2):
        with browser(gateway) as client:
            client.cookies.set(REFRESH_COOKIE, "made-up")
            assert client.post("/renew").status_code == 204
    first, second = (heard.request for heard in neighbours.heard)
    assert isinstance(first, RefreshSessionRequest)
    assert first.request_id == second.request_id


def test_a_session_that_is_over_leads_to_sign_in_once(gateway: RunningGateway, neighbours: Neighbours) -> None:
    neighbours.refusal = ("UNAUTHENTICATED", "SESSION_OVER", "Your session has ended.")
    with browser(gateway) as client:
        client.cookies.set(REFRESH_COOKIE, "made-up")
        answer = client.get("/renew?next=/incidents/1")
        assert answer.headers["location"] == "/sign-in?next=%2Fincidents%2F1"
        assert forgotten(answer) == {COOKIE, REFRESH_COOKIE}


def test_signing_out_in_a_browser_ends_the_session_and_works_without_people_too(
    gateway: RunningGateway, daughter: Somebody, neighbours: Neighbours
) -> None:
    for refusal in (None, ("UNAVAILABLE", "UNREACHABLE", "Away.")):
        neighbours.refusal = refusal
        with browser(gateway) as client:
            client.cookies.set(COOKIE, daughter.headers["Authorization"].removeprefix("Bearer "))
            answer = client.post("/sign-out")
        assert answer.headers["location"] == "/sign-in"
        assert forgotten(answer) == {COOKIE, REFRESH_COOKIE}
    assert [type(heard.request) for heard in neighbours.heard] == [EndSessionRequest] * 2


def test_signing_out_after_the_token_ran_out_ends_the_session_all_the_same(
    gateway: RunningGateway, neighbours: Neighbours
) -> None:
    with browser(gateway) as client:
        client.cookies.set(REFRESH_COOKIE, "made-up")
        answer = client.post("/sign-out")
    assert forgotten(answer) == {COOKIE, REFRESH_COOKIE}
    told = [type(heard.request).__name__ for heard in neighbours.heard]
    assert told == ["RefreshSessionRequest", "EndSessionRequest"]


def test_cookies_are_secure_where_browsers_reach_us_by_https(gateways: Gateways) -> None:
    behind = gateways(public_url="https://care.example")
    with browser(behind) as client:
        client.cookies.set(REFRESH_COOKIE, "made-up")
        kept = client.post("/renew").headers.get_list("set-cookie")
    assert len(kept) == 2
    assert all("Secure" in each for each in kept)


@pytest.mark.parametrize("path", ["/sign-in/phone", "/sign-in/code", "/renew", "/sign-out"])
def test_no_other_site_signs_anybody_in_or_out(gateway: RunningGateway, neighbours: Neighbours, path: str) -> None:
    form = {"phone": "13000000021", "challenge": str(uuid4()), "code": "042731"}
    answer = httpx2.post(gateway.base + path, data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert neighbours.heard == []


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("130 0000 0021", "+8613000000021"),
        ("+86 130-0000-0021", "+8613000000021"),
        ("0044 (20) 0000 0000", "+442000000000"),
        ("", None),
        ("12345", None),
        ("+0123456", None),
    ],
)
def test_a_phone_is_read_as_people_type_it(typed: str, known: str | None) -> None:
    assert phone_of(typed) == known
