"""Pages without scripts: who is not signed in is sent there, problems are sentences, other sites' forms do nothing."""

from __future__ import annotations

from uuid import uuid4

import httpx2

from gateway_service.session.token import COOKIE
from services.gateway.tests.running.gateways import RunningGateway, Somebody
from services.gateway.tests.running.neighbours import Neighbours, RunningNeighbours


def cookie_of(somebody: Somebody) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={somebody.headers['Authorization'].removeprefix('Bearer ')}"}


def test_a_link_in_a_message_leads_through_sign_in_back_to_the_incident(gateway: RunningGateway) -> None:
    path = f"/incidents/{uuid4()}"
    answer = httpx2.get(gateway.base + path)
    assert answer.status_code == 303
    sign_in = httpx2.get(gateway.base + answer.headers["location"], headers={"Accept-Language": "en"})
    assert f'name="wanted" value="{path}"' in sign_in.text
    assert '<html lang="en"' in sign_in.text


def test_a_part_of_a_page_asks_the_browser_to_sign_in(gateway: RunningGateway) -> None:
    answer = httpx2.get(f"{gateway.base}/overview", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in?next=%2F")


def test_a_form_answers_with_a_sentence_or_without_scripts_with_the_page_again(daughter: Somebody) -> None:
    path, form = f"/incidents/{uuid4()}", {"answer": "on_my_way", "request_id": str(uuid4())}
    headers = cookie_of(daughter) | {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
    plain = httpx2.post(f"{daughter.base}{path}/answers", data=form, headers=headers)
    assert (plain.status_code, plain.headers["location"]) == (303, path)
    in_place = httpx2.post(f"{daughter.base}{path}/answers", data=form, headers=headers | {"HX-Request": "true"})
    assert in_place.headers["hx-trigger"] == "story-grew"
    assert "Taken: I am on my way. The others have been told." in in_place.text


def test_pressing_a_button_twice_sends_one_key(daughter: Somebody, neighbours: Neighbours) -> None:
    form = {"answer": "seen", "request_id": str(uuid4())}
    headers = cookie_of(daughter) | {"Sec-Fetch-Site": "same-origin"}
    for _ in range(2):
        httpx2.post(f"{daughter.base}/incidents/{uuid4()}/answers", data=form, headers=headers)
    assert [heard.request.request_id for heard in neighbours.heard] == [form["request_id"]] * 2


def test_a_form_of_another_site_changes_nothing(daughter: Somebody, neighbours: Neighbours) -> None:
    form = {"answer": "cannot", "request_id": str(uuid4())}
    headers = cookie_of(daughter) | {"Sec-Fetch-Site": "cross-site"}
    for path in (f"/incidents/{uuid4()}/answers", "/sign-in", "/sign-out"):
        assert httpx2.post(daughter.base + path, data=form, headers=headers).status_code == 403
    assert neighbours.heard == []


def test_wrong_form_fields_are_a_sentence_and_no_crash(daughter: Somebody, neighbours: Neighbours) -> None:
    headers = cookie_of(daughter) | {"Sec-Fetch-Site": "same-origin", "HX-Request": "true", "Accept-Language": "en"}
    wrong = [
        (f"/incidents/{uuid4()}/answers", {"answer": "maybe", "request_id": str(uuid4())}),
        (f"/incidents/{uuid4()}/answers", {"answer": "seen"}),
        (f"/orders/{uuid4()}/arrive", {"request_id": str(uuid4()), "lat": "999", "lon": "1"}),
        ("/duty", {"request_id": "x"}),
        ("/orders", {"request_id": str(uuid4()), "item": "<script>"}),
    ]
    for path, form in wrong:
        answer = httpx2.post(daughter.base + path, data=form, headers=headers)
        assert answer.status_code == 400, path
        assert 'role="alert"' in answer.text
        assert "<script>" not in answer.text
    assert neighbours.heard == []


def test_a_problem_is_a_page_with_a_way_back(daughter: Somebody) -> None:
    answer = httpx2.get(f"{daughter.base}/nowhere", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "No such address" in answer.text
    assert 'href="/"' in answer.text


def test_a_page_that_cannot_be_shown_now_tries_again_by_itself(
    daughter: Somebody, running_neighbours: RunningNeighbours
) -> None:
    running_neighbours.stop()
    answer = httpx2.get(f"{daughter.base}/", headers=cookie_of(daughter) | {"Accept-Language": "en"})
    assert answer.status_code == 503
    assert (answer.headers["retry-after"], answer.headers["refresh"]) == ("1", "1")
    assert "This page tries again by itself." in answer.text


def test_a_form_that_cannot_be_taken_now_is_not_sent_again(
    daughter: Somebody, running_neighbours: RunningNeighbours
) -> None:
    running_neighbours.stop()
    form = {"answer": "on_my_way", "request_id": str(uuid4())}
    headers = cookie_of(daughter) | {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
    answer = httpx2.post(f"{daughter.base}/incidents/{uuid4()}/answers", data=form, headers=headers)
    assert answer.status_code == 503
    assert "refresh" not in answer.headers
    assert "by itself" not in answer.text


def test_everything_a_page_loads_comes_from_us(gateway: RunningGateway) -> None:
    text = httpx2.get(f"{gateway.base}/sign-in").text
    loaded = [
        part.split('"')[0] for mark in ('src="', '<link rel="stylesheet" href="') for part in text.split(mark)[1:]
    ]
    assert len(loaded) >= 5
    for path in loaded:
        assert path.startswith("/static/")
        assert httpx2.get(gateway.base + path).status_code == 200
    assert "<script>" not in text
    assert "style=" not in text
