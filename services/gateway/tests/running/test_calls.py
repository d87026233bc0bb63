"""What travels with a call, and what comes back when it is refused, late or lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest

from services.gateway.tests.running.conftest import DAUGHTER, Gateways
from services.gateway.tests.running.gateways import RunningGateway, Somebody
from services.gateway.tests.running.neighbours import Neighbours, RunningNeighbours
from suite.waiting import until

WORKER = "persons/00000000-0000-4000-8000-000000000004"


@pytest.fixture
def worker(gateway: RunningGateway) -> Somebody:
    return gateway.somebody(WORKER, "worker@providers/1")


@pytest.fixture
def held(neighbours: Neighbours) -> Iterator[threading.Event]:
    """The services take the call and do not answer until it is set."""
    neighbours.hold = threading.Event()
    yield neighbours.hold
    neighbours.hold.set()


def test_an_answer_reaches_notify_in_the_daughters_name_once_and_with_a_deadline(
    daughter: Somebody, neighbours: Neighbours
) -> None:
    incident, key, trace = uuid4(), str(uuid4()), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = daughter.post(f"/v1/incidents/{incident}/answers", {"answer": "on_my_way"}, key=key, traceparent=trace)
    assert (answer.status_code, answer.json()) == (201, {"stood_down": True})
    (heard,) = neighbours.heard
    assert heard.request.request_id == key
    assert heard.request.incident == f"incidents/{incident}"
    assert heard.metadata["authorization"] == daughter.headers["Authorization"]
    assert heard.metadata["correlation"] == str(incident)
    assert "0af7651916cd43dd8448eb211c80319c" in heard.metadata["traceparent"]
    assert 0 < heard.deadline_s <= 10


def test_the_loser_of_an_offer_is_told_in_their_own_language(gateway: RunningGateway, neighbours: Neighbours) -> None:
    neighbours.refusal = ("FAILED_PRECONDITION", "OFFER_GONE", "Another worker has the order.")
    for language, title in (("en", "Offer gone"), ("zh-CN", "派单已失效")):
        answer = gateway.somebody(WORKER, language=language).post(f"/v1/orders/{uuid4()}/accept")
        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:eldercare:problem:offer-gone"
        assert answer.json()["title"] == title


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("INVALID_ARGUMENT", 400),
        ("UNAUTHENTICATED", 401),
        ("PERMISSION_DENIED", 403),
        ("NOT_FOUND", 404),
        ("ALREADY_EXISTS", 409),
        ("ABORTED", 409),
        ("RESOURCE_EXHAUSTED", 429),
        ("UNAVAILABLE", 503),
        ("INTERNAL", 500),
    ],
)
def test_each_kind_of_refusal_has_its_status(worker: Somebody, neighbours: Neighbours, code: str, status: int) -> None:
    neighbours.refusal = (code, "MADE_UP_REASON", "A sentence of the service.")
    answer = worker.post(f"/v1/orders/{uuid4()}/accept")
    assert answer.status_code == status
    assert answer.json()["detail"] == "A sentence of the service."


def test_a_service_that_does_not_answer_costs_the_budget_and_no_more(gateways: Gateways, held: threading.Event) -> None:
    impatient = gateways(budget_s=0.3).somebody(WORKER)
    answer = impatient.post(f"/v1/orders/{uuid4()}/accept")
    assert not held.is_set()
    assert answer.status_code == 504
    assert answer.json()["type"] == "urn:eldercare:problem:deadline-exceeded"


def test_services_that_are_gone_are_named_so_and_the_gateway_lives_on(
    gateway: RunningGateway, worker: Somebody, running_neighbours: RunningNeighbours
) -> None:
    running_neighbours.stop()
    answer = worker.post(f"/v1/orders/{uuid4()}/accept")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["type"] == "urn:eldercare:problem:unreachable"
    assert httpx2.get(f"{gateway.base}/livez").status_code == 200


def test_a_post_without_a_key_or_with_a_bad_one_says_what_to_send(
    gateway: RunningGateway, worker: Somebody, neighbours: Neighbours
) -> None:
    missing = httpx2.post(f"{gateway.base}/v1/orders/{uuid4()}/accept", headers=worker.headers)
    bad = worker.post(f"/v1/orders/{uuid4()}/accept", key="again")
    assert [each.status_code for each in (missing, bad)] == [400, 400]
    assert missing.json()["type"] == "urn:eldercare:problem:idempotency-key-missing"
    assert bad.json()["type"] == "urn:eldercare:problem:idempotency-key-invalid"
    assert "Idempotency-Key" in missing.json()["detail"]
    assert neighbours.heard == []


def test_every_post_of_the_api_asks_for_the_key(gateway: RunningGateway) -> None:
    described = httpx2.get(f"{gateway.base}/v1/openapi.json").json()
    posts = {path: verbs["post"] for path, verbs in described["paths"].items() if "post" in verbs}
    assert len(posts) >= 15
    for path, operation in posts.items():
        names = {each["name"] for each in operation["parameters"] if each["required"]}
        assert "Idempotency-Key" in names, path


@pytest.mark.parametrize(
    "body",
    [{"answer": "on_my_way", "for": "persons/1"}, {"answer": "maybe"}, {}, [], None, "on_my_way", {"answer": None}],
)
def test_unknown_missing_and_wrong_fields_are_refused_before_anyone_is_asked(
    daughter: Somebody, neighbours: Neighbours, body: object
) -> None:
    answer = daughter.post(f"/v1/incidents/{uuid4()}/answers", body)
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:eldercare:problem:invalid-argument"
    assert answer.json()["errors"]
    assert neighbours.heard == []


def test_broken_json_and_unknown_addresses_are_problems_too(daughter: Somebody) -> None:
    sent = daughter.headers | {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    broken = httpx2.post(f"{daughter.base}/v1/incidents/{uuid4()}/answers", headers=sent, content=b"{")
    assert (broken.status_code, broken.json()["type"]) == (400, "urn:eldercare:problem:body-unreadable")
    for path, method, status in (("/v1/nothing", "GET", 404), ("/v1/items", "DELETE", 405)):
        answer = httpx2.request(method, daughter.base + path, headers=daughter.headers)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize("query", ["page_size=101", "page_size=0", "page_size=x", "limit=5", "region=somewhere"])
def test_a_page_has_at_most_a_hundred_rows_and_unknown_filters_are_refused(daughter: Somebody, query: str) -> None:
    assert daughter.get(f"/v1/orders?{query}").status_code == 400


@pytest.mark.parametrize(
    ("path", "allow"), [("orders", "GET, POST"), ("sessions/codes", "POST"), ("exports", "GET, POST")]
)
def test_an_address_tells_every_method_it_takes(daughter: Somebody, path: str, allow: str) -> None:
    answer = httpx2.request("PATCH", f"{daughter.base}/v1/{path}", headers=daughter.headers)
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)


@pytest.mark.parametrize("fix_time", [0, "0", "2026-11-26", "2026-11-26T10:00:00", "0001-01-01T00:00:00+14:00"])
def test_a_moment_without_a_zone_or_before_all_calendars_is_refused(
    worker: Somebody, neighbours: Neighbours, fix_time: object
) -> None:
    position = {"lat": 0, "lon": 0, "accuracy_m": 0, "fix_time": fix_time}
    answer = worker.post("/v1/duty", {"duty": "on", "position": position})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "position.fix_time")
    assert neighbours.heard == []


def test_a_body_of_more_than_256_kb_is_refused_however_it_is_sent(daughter: Somebody) -> None:
    sent = daughter.headers | {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    path = f"{daughter.base}/v1/incidents/{uuid4()}/answers"
    for content in (b" " * 300_000, iter([b" " * 100_000] * 3)):
        answer = httpx2.post(path, headers=sent, content=content)
        assert answer.status_code == 413
        assert answer.json()["type"] == "urn:eldercare:problem:body-too-large"


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer x.y.z", "Basic abc"])
def test_whoever_is_not_signed_in_is_told_to_sign_in(gateway: RunningGateway, token: str) -> None:
    answer = httpx2.get(f"{gateway.base}/v1/orders", headers={"Authorization": token} if token else {})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_an_expired_token_is_no_token(gateway: RunningGateway) -> None:
    assert gateway.somebody(DAUGHTER, seconds=-5).get("/v1/orders").status_code == 401


def test_every_answer_carries_the_security_headers_and_opens_nothing_to_other_sites(daughter: Somebody) -> None:
    for path in ("/v1/orders", "/sign-in", "/static/app.css", "/livez", "/v1/nothing"):
        answer = httpx2.get(daughter.base + path, headers={"Origin": "https://evil.example"})
        assert "'unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_a_gateway_that_reaches_nobody_is_not_ready(
    gateway: RunningGateway, running_neighbours: RunningNeighbours
) -> None:
    assert httpx2.get(f"{gateway.base}/readyz").status_code == 200
    running_neighbours.stop()
    until(lambda: httpx2.get(f"{gateway.base}/readyz").status_code == 503, "the gateway is not ready")
    assert "eldercare_gateway_requests_total" in httpx2.get(f"{gateway.base}/metrics").text
