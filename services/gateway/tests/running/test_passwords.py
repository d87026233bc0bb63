"""Setting a password: an app by its route, a browser by its page, which says what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest

from eldercare.people.v1.person_service_pb2 import SetPasswordRequest
from gateway_service.session.token import COOKIE
from services.gateway.tests.running.conftest import DAUGHTER, OPERATOR
from services.gateway.tests.running.gateways import RunningGateway, Somebody
from services.gateway.tests.running.neighbours import Neighbours

NEW = "pear blossom 9"
MINE = f"/v1/{DAUGHTER}/password"


def put(who: Somebody, path: str, body: object, **headers: str) -> httpx2.Response:
    return httpx2.put(who.base + path, json=body, headers=who.headers | headers, timeout=20)


def requests(neighbours: Neighbours) -> list[SetPasswordRequest]:
    return [heard.request for heard in neighbours.heard if isinstance(heard.request, SetPasswordRequest)]


def test_an_app_sets_the_own_password_and_an_operator_anothers(
    gateway: RunningGateway, daughter: Somebody, neighbours: Neighbours
) -> None:
    key, own = str(uuid4()), {"password": NEW, "current_password": "plum blossom 7"}
    desk = gateway.somebody(OPERATOR, "operator@regions/made-up")
    assert put(daughter, MINE, own, **{"Idempotency-Key": key}).status_code == 204
    given = {"login": "daughter", "password": NEW}
    assert put(desk, MINE, given, **{"Idempotency-Key": key}).status_code == 204
    assert requests(neighbours) == [
        SetPasswordRequest(request_id=key, name=DAUGHTER, password=NEW, current_password="plum blossom 7"),
        SetPasswordRequest(request_id=key, name=DAUGHTER, login="daughter", password=NEW),
    ]


@pytest.mark.parametrize(
    ("code", "reason", "status"),
    [
        ("PERMISSION_DENIED", "CURRENT_PASSWORD_WRONG", 403),
        ("PERMISSION_DENIED", "SIGN_IN_NOT_RECENT", 403),
        ("ALREADY_EXISTS", "LOGIN_TAKEN", 409),
        ("INVALID_ARGUMENT", "LOGIN_MISSING", 400),
        ("RESOURCE_EXHAUSTED", "SIGN_IN_LOCKED", 429),
    ],
)
def test_a_refused_password_has_its_own_type_and_words_in_both_languages(
    daughter: Somebody, neighbours: Neighbours, code: str, reason: str, status: int
) -> None:
    neighbours.refusal = (code, reason, "The service's own words.")
    key = {"Idempotency-Key": str(uuid4())}
    for language in ("en", "zh-CN"):
        answer = put(daughter, MINE, {"password": NEW}, **key, **{"Accept-Language": language})
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.json()["type"] == f"urn:eldercare:problem:{reason.lower().replace('_', '-')}"
        assert "own words" not in answer.text


def test_a_short_password_and_a_missing_key_are_refused_before_anybody_is_asked(
    daughter: Somebody, neighbours: Neighbours
) -> None:
    short = put(daughter, MINE, {"password": "plum 7"}, **{"Idempotency-Key": str(uuid4())}).json()
    assert (short["type"], short["errors"][0]["field"]) == ("urn:eldercare:problem:invalid-argument", "password")
    assert "plum 7" not in str(short)
    keyless = put(daughter, MINE, {"password": NEW}).json()
    assert keyless["type"] == "urn:eldercare:problem:idempotency-key-missing"
    assert neighbours.heard == []


@pytest.fixture
def browser(daughter: Somebody) -> Iterator[httpx2.Client]:
    headers = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
    with httpx2.Client(base_url=daughter.base, headers=headers) as client:
        client.cookies.set(COOKIE, daughter.headers["Authorization"].removeprefix("Bearer "))
        yield client


def typed(**changed: str) -> dict[str, str]:
    return {"request_id": str(uuid4()), "password": NEW, "again": NEW} | changed


def test_whoever_has_a_password_is_asked_for_it_and_whoever_has_none_for_a_login(
    browser: httpx2.Client, neighbours: Neighbours
) -> None:
    text = browser.get("/password").text
    assert "Change your password" in text
    assert 'name="current_password"' in text
    assert 'name="login"' not in text
    neighbours.has_password = False
    text = browser.get("/password").text
    assert "You have no password yet." in text
    assert 'name="login"' in text
    assert 'name="current_password"' not in text


@pytest.mark.parametrize("form", [{"current_password": "plum blossom 7"}, {"login": " daughter "}], ids=" ".join)
def test_the_form_sets_the_readers_own_and_pressed_twice_is_one_request(
    browser: httpx2.Client, neighbours: Neighbours, form: dict[str, str]
) -> None:
    told = typed(**form)
    neighbours.has_password = "login" not in form
    first = browser.post("/password", data=told)
    neighbours.has_password = True
    again = browser.post("/password", data=told)
    assert {(each.status_code, each.headers["location"]) for each in (first, again)} == {
        (303, "/password?changed=true")
    }
    wanted = {name: value.strip() for name, value in form.items()}
    once = SetPasswordRequest(request_id=told["request_id"], name=DAUGHTER, password=NEW, **wanted)
    assert requests(neighbours) == [once, once]
    assert "Your password is set." in browser.get("/password?changed=true").text


@pytest.mark.parametrize(
    ("form", "said", "field"),
    [
        ({"password": "plum 7", "again": "plum 7"}, "at least 10 characters", "password"),
        ({"again": "pear blossom 8"}, "not typed the same twice", "again"),
        ({"login": "da"}, "at least 3 characters", "login"),
    ],
)
def test_what_cannot_be_a_password_is_told_at_its_field_before_anybody_is_asked(
    browser: httpx2.Client, neighbours: Neighbours, form: dict[str, str], said: str, field: str
) -> None:
    neighbours.has_password = "login" not in form
    answer = browser.post("/password", data=typed(**form))
    assert answer.status_code == 400
    assert said in answer.text
    assert wrong_fields(answer.text) == [field]
    assert requests(neighbours) == []
    assert NEW not in answer.text


def test_a_wrong_old_password_is_told_at_its_field(browser: httpx2.Client, neighbours: Neighbours) -> None:
    refuse(neighbours, "PERMISSION_DENIED", "CURRENT_PASSWORD_WRONG")
    answer = browser.post("/password", data=typed(current_password="plum blossom 8"))
    assert (answer.status_code, wrong_fields(answer.text)) == (403, ["current_password"])
    assert "give the one you have now" in answer.text
    assert "plum blossom 8" not in answer.text


def test_a_sign_in_that_is_too_old_leads_to_signing_in_and_back(browser: httpx2.Client, neighbours: Neighbours) -> None:
    neighbours.has_password = False
    refuse(neighbours, "PERMISSION_DENIED", "SIGN_IN_NOT_RECENT")
    answer = browser.post("/password", data=typed(login="daughter"))
    assert answer.status_code == 403
    assert "sign in anew with a code" in answer.text
    assert 'href="/sign-in?next=/password"' in answer.text
    assert 'name="password"' not in answer.text


def test_a_session_that_ran_out_meanwhile_leads_to_sign_in(gateway: RunningGateway) -> None:
    answer = httpx2.post(f"{gateway.base}/password", data=typed(), headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2F")


def test_no_other_site_sets_a_password(browser: httpx2.Client, neighbours: Neighbours) -> None:
    answer = browser.post("/password", data=typed(login="daughter"), headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert neighbours.heard == []


def refuse(neighbours: Neighbours, code: str, reason: str) -> None:
    neighbours.refused, neighbours.refusal = SetPasswordRequest, (code, reason, "No.")


def wrong_fields(text: str) -> list[str]:
    """The inputs that are marked as wrong, by name."""
    return [part.split('"')[0] for part in text.split('name="')[1:] if 'aria-invalid="true"' in part.split(">")[0]]
