"""Signing in with a provider that is a process of its own: there and back, and every token that is not for us."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from chassis.clock import wall_now
from eldercare.people.v1.session_pb2 import SignInWithProviderRequest
from gateway_service.session.token import COOKIE, REFRESH_COOKIE
from services.gateway.tests.running.conftest import DAUGHTER, Gateways
from services.gateway.tests.running.neighbours import Neighbours

CLIENT, SECRET = "eldercare-made-up", "made-up-client-secret"


@dataclass(frozen=True, kw_only=True)
class Browser:
    """One browser, signing in at one gateway with the made-up provider."""

    client: httpx2.Client
    issuer: str
    base: str

    def provider_does(self, **wanted: Any) -> None:
        httpx2.post(f"{self.issuer}/next", json=wanted).raise_for_status()

    def begin(self, wanted: str = "/incidents/1") -> str:
        """Returns the address the provider sends the browser back to."""
        there = self.client.get(f"{self.base}/v1/oidc/city/start", params={"next": wanted})
        assert there.status_code == 303
        return str(httpx2.get(there.headers["location"]).headers["location"])

    def sign_in(self) -> httpx2.Response:
        return self.client.get(self.begin())


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    command = [sys.executable, "-m", "suite.testing.oidc_provider", CLIENT, SECRET]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture
def browser(gateways: Gateways, issuer: str, tmp_path: Path) -> Iterator[Browser]:
    city = {"name": "city", "title": "City", "issuer": issuer, "client_id": CLIENT, "client_secret": SECRET}
    (tmp_path / "providers.json").write_text(json.dumps([city]))
    gateway = gateways(oidc_providers=str(tmp_path / "providers.json"))
    with httpx2.Client(headers={"Accept-Language": "en"}) as client:
        browser = Browser(client=client, issuer=issuer, base=gateway.base)
        browser.provider_does()
        yield browser


def test_the_browser_goes_there_and_comes_back_signed_in_where_it_wanted(
    browser: Browser, neighbours: Neighbours, issuer: str
) -> None:
    browser.provider_does(subject="granny-at-the-city")
    answer = browser.sign_in()
    assert (answer.status_code, answer.headers["location"]) == (303, "/incidents/1")
    (heard,) = neighbours.heard
    assert isinstance(heard.request, SignInWithProviderRequest)
    assert (heard.request.issuer, heard.request.subject) == (issuer, "granny-at-the-city")
    assert neighbours.identity.verify(heard.metadata["authorization"].removeprefix("Bearer ")).is_service
    assert neighbours.identity.verify(browser.client.cookies[COOKIE]).subject == DAUGHTER
    assert browser.client.cookies[REFRESH_COOKIE]


def test_the_request_carries_state_nonce_and_a_challenge_and_never_the_verifier(browser: Browser) -> None:
    there = browser.client.get(f"{browser.base}/v1/oidc/city/start")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there.headers["location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert asked.keys() == {
        "response_type", "scope", "client_id", "redirect_uri", "state", "nonce", "code_challenge",
        "code_challenge_method",
    }  # fmt: skip
    assert "httponly" in there.headers["set-cookie"].lower()


PAST = int(wall_now().timestamp()) - 3_600
BROKEN: dict[str, dict[str, Any]] = {
    "of another issuer": {"claims": {"iss": "https://evil.example"}},
    "for another client": {"claims": {"aud": "somebody-else"}},
    "for several, made for another": {"claims": {"aud": [CLIENT, "other"], "azp": "other"}},
    "for several, made for nobody": {"claims": {"aud": [CLIENT, "other"]}},
    "of another try": {"claims": {"nonce": "another"}},
    "without a nonce": {"claims": {"nonce": None}},
    "expired": {"claims": {"iat": PAST - 300, "exp": PAST}},
    "that never expires": {"claims": {"exp": None}},
    "of nobody": {"claims": {"sub": ""}},
    "unsigned": {"signed": "none"},
    "signed with the public key as a secret": {"signed": "HS256"},
    "signed with another key of that name": {"signed": "other"},
}


@pytest.mark.parametrize("kind", sorted(BROKEN))
def test_no_session_comes_of_a_token(browser: Browser, neighbours: Neighbours, kind: str) -> None:
    browser.provider_does(**BROKEN[kind])
    answer = browser.sign_in()
    assert (answer.status_code, answer.json()["type"]) == (502, "urn:eldercare:problem:provider-failed")
    assert COOKIE not in browser.client.cookies
    assert neighbours.heard == []


def test_an_answer_is_taken_once_and_only_by_the_browser_that_began(browser: Browser, neighbours: Neighbours) -> None:
    back = browser.begin()
    stranger = httpx2.get(back)
    assert (stranger.status_code, stranger.json()["type"]) == (400, "urn:eldercare:problem:sign-in-not-begun")
    forged = back.replace("state=", "state=x")
    assert browser.client.get(forged).status_code == 400
    assert browser.client.get(back).status_code == 303
    assert browser.client.get(back).status_code == 400
    assert len(neighbours.heard) == 1


def test_an_answer_of_another_provider_or_none_signs_nobody_in(browser: Browser, neighbours: Neighbours) -> None:
    back = browser.begin().replace("iss=http", "iss=https")
    assert browser.client.get(back).status_code == 502
    state = parse_qs(urlsplit(browser.begin()).query)["state"][0]
    refused = browser.client.get(f"{browser.base}/v1/oidc/city/callback?error=access_denied&state={state}")
    assert refused.status_code == 502
    assert browser.client.get(f"{browser.base}/v1/oidc/nowhere/start").status_code == 404
    assert neighbours.heard == []


def test_after_signing_in_the_browser_stays_with_us(browser: Browser) -> None:
    for wanted in ("https://evil.example", "//evil.example", "/\\evil.example"):
        assert browser.client.get(browser.begin(wanted)).headers["location"] == "/"


def test_the_sign_in_page_offers_the_provider(browser: Browser) -> None:
    assert "Sign in with City" in browser.client.get(f"{browser.base}/sign-in").text


def test_a_provider_that_is_away_is_a_problem_with_words(gateways: Gateways, tmp_path: Path) -> None:
    away = {"name": "city", "title": "City", "issuer": "http://127.0.0.1:9", "client_id": CLIENT}
    (tmp_path / "providers.json").write_text(json.dumps([away]))
    gateway = gateways(oidc_providers=str(tmp_path / "providers.json"))
    answer = httpx2.get(f"{gateway.base}/v1/oidc/city/start", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["title"]) == (502, "Provider failed")
