"""What strangers and floods meet: limits, sizes, headers, and answers that always have the same form."""

from __future__ import annotations

from contextlib import ExitStack
from uuid import uuid4

import httpx2
import pytest

from services.gateway.tests.running.conftest import DAUGHTER, OPERATOR, Gateways
from services.gateway.tests.running.gateways import RunningGateway, Somebody
from services.gateway.tests.running.neighbours import Neighbours
from suite.waiting import until

NOBODY_LISTENS = "redis://127.0.0.1:1"


@pytest.fixture
def incident() -> str:
    return f"incidents/{uuid4()}"


def _type(answer: httpx2.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.json()["status"] == answer.status_code
    return str(answer.json()["type"]).rpartition(":")[2]


def test_who_asks_too_often_is_told_to_wait_and_others_are_served(gateways: Gateways, incident: str) -> None:
    gateway = gateways(caller_rate=3)
    daughter, operator = gateway.somebody(DAUGHTER), gateway.somebody(OPERATOR)
    for _ in range(3):
        assert daughter.get(f"/v1/{incident}/timeline").status_code == 200
    refused = daughter.get(f"/v1/{incident}/timeline")
    assert (refused.status_code, _type(refused)) == (429, "too-many-requests")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert operator.get(f"/v1/{incident}/timeline").status_code == 200


def test_an_address_has_a_limit_of_its_own_and_a_call_for_help_has_none(gateways: Gateways) -> None:
    gateway = gateways(address_rate=2)
    answers = [httpx2.get(f"{gateway.base}/v1/items") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert {httpx2.post(f"{gateway.base}/v1/help").status_code for _ in range(5)}.isdisjoint({429})
    assert httpx2.get(f"{gateway.base}/livez").status_code == 200


def test_codes_asked_for_and_tried_from_one_address_are_counted_together(gateways: Gateways) -> None:
    gateway = gateways(code_rate=3)
    asked = [("codes", {"phone": f"+861300000000{number}"}) for number in range(2)]
    tried = [("code", {"challenge": str(uuid4()), "code": "123456"}) for _ in range(2)]
    answers = [
        httpx2.post(f"{gateway.base}/v1/sessions/{path}", json=body, headers={"Idempotency-Key": str(uuid4())})
        for path, body in (*asked, *tried)
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert httpx2.get(f"{gateway.base}/sign-in").status_code == 200


def test_copies_share_the_count_and_without_redis_each_counts_for_itself(
    gateways: Gateways, redis_url: str, incident: str
) -> None:
    phones = [gateways(caller_rate=2, redis_url=redis_url).somebody(f"persons/{uuid4()}") for _ in range(2)]
    same = [Somebody(base=phone.base, headers=phones[0].headers) for phone in phones]
    codes = [same[number % 2].get("/v1/items").status_code for number in range(3)]
    assert codes[2] == 429
    assert 429 not in codes[:2]
    alone = gateways(caller_rate=2, redis_url=NOBODY_LISTENS).somebody(DAUGHTER)
    assert [alone.get(f"/v1/{incident}/timeline").status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(
    ("request_of", "status", "kind"),
    [
        ({"url": "/v1/orders?page_token=" + "x" * 5_000}, 414, "address-too-long"),
        ({"url": "/v1/orders", "headers": {"X-Long": "x" * 13_000}}, 431, "headers-too-large"),
        ({"url": "/v1/orders", "method": "POST", "content": b"x" * 300_000}, 413, "body-too-large"),
        ({"url": "/v1/nowhere"}, 404, "route-unknown"),
        ({"url": "/v1/items", "method": "DELETE"}, 405, "method-not-allowed"),
        ({"url": "/v1/orders", "method": "POST", "content": b"{"}, 401, "caller-unknown"),
    ],
)
def test_every_refusal_is_a_problem(
    gateway: RunningGateway, request_of: dict[str, object], status: int, kind: str
) -> None:
    asked: dict[str, object] = {"method": "GET"} | request_of
    answer = httpx2.request(str(asked.pop("method")), gateway.base + str(asked.pop("url")), **asked)  # type: ignore[arg-type]
    assert (answer.status_code, _type(answer)) == (status, kind)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert status != 405 or answer.headers["allow"] == "GET"


def test_a_body_without_a_length_is_cut_where_it_grows_too_large(daughter: Somebody) -> None:
    pieces = (b"x" * 64_000 for _ in range(8))
    headers = daughter.headers | {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    answer = httpx2.post(f"{daughter.base}/v1/orders", headers=headers, content=pieces)
    assert (answer.status_code, _type(answer)) == (413, "body-too-large")


def test_a_page_size_beyond_the_limit_is_refused(daughter: Somebody) -> None:
    answer = daughter.get("/v1/orders?page_size=101")
    assert (answer.status_code, _type(answer)) == (400, "invalid-argument")
    assert answer.json()["errors"][0]["field"] == "page_size"


def test_what_breaks_inside_tells_nothing_and_keeps_the_headers(gateway: RunningGateway) -> None:
    def broken() -> None:
        raise RuntimeError("Granny Wen lives in 9 Imagined Lane")

    gateway.app.add_api_route("/v1/broken", broken)
    answer = httpx2.get(f"{gateway.base}/v1/broken", timeout=60)
    assert (answer.status_code, _type(answer)) == (500, "internal")
    assert "Imagined" not in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_answers_forbid_frames_sniffing_foreign_scripts_and_plain_http_after_https(gateway: RunningGateway) -> None:
    plain = httpx2.get(f"{gateway.base}/sign-in").headers
    assert "'unsafe-inline'" not in plain["content-security-policy"]
    assert plain["x-frame-options"] == "DENY"
    assert plain["referrer-policy"] == "no-referrer"
    assert "strict-transport-security" not in plain
    behind = httpx2.get(f"{gateway.base}/sign-in", headers={"X-Forwarded-Proto": "https"}).headers
    assert behind["strict-transport-security"].startswith("max-age=31536000")


def test_pages_of_other_origins_may_not_call_unless_they_are_named(gateways: Gateways, gateway: RunningGateway) -> None:
    asks = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in httpx2.options(f"{gateway.base}/v1/orders", headers=asks).headers
    named = gateways(allowed_origins="https://app.example.org")
    allowed = httpx2.options(f"{named.base}/v1/orders", headers=asks).headers
    assert allowed["access-control-allow-origin"] == "https://app.example.org"
    assert "access-control-allow-credentials" not in allowed
    other = httpx2.options(f"{named.base}/v1/orders", headers=asks | {"Origin": "https://evil.example.org"})
    assert "access-control-allow-origin" not in other.headers


def test_a_reader_who_has_it_is_told_so_until_it_changes(
    daughter: Somebody, neighbours: Neighbours, incident: str
) -> None:
    neighbours.write(incident)
    first = daughter.get(f"/v1/{incident}/timeline")
    having = Somebody(base=daughter.base, headers=daughter.headers | {"If-None-Match": first.headers["etag"]})
    again = having.get(f"/v1/{incident}/timeline")
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    neighbours.write(incident)
    assert having.get(f"/v1/{incident}/timeline").status_code == 200


def test_a_tag_opens_nothing_to_whom_it_does_not_concern(
    gateway: RunningGateway, daughter: Somebody, incident: str
) -> None:
    tag = daughter.get(f"/v1/{incident}/timeline").headers["etag"]
    stranger = gateway.somebody(f"persons/{uuid4()}")
    having = Somebody(base=gateway.base, headers=stranger.headers | {"If-None-Match": tag})
    assert having.get(f"/v1/{incident}/timeline").status_code == 404


def test_a_full_gateway_refuses_one_more_feed_and_serves_on(gateways: Gateways, incident: str) -> None:
    gateway = gateways(feeds_all=2, feeds_each=2)
    daughter = gateway.somebody(DAUGHTER)
    with daughter.listening(f"/v1/{incident}/events"), daughter.listening(f"/v1/{incident}/events"):
        refused = gateway.somebody(OPERATOR).get(f"/v1/{incident}/events")
        assert (refused.status_code, _type(refused)) == (503, "feeds-full")
        assert refused.headers["retry-after"] == "10"
        assert daughter.get(f"/v1/{incident}/timeline").status_code == 200
    until(lambda: not gateway.app.state.house.hub.open_feeds, "both feeds are closed")
    with gateway.somebody(OPERATOR).listening(f"/v1/{incident}/events"):
        assert gateway.app.state.house.hub.open_feeds == 1


def test_hundreds_of_open_feeds_each_get_the_line_and_leave_nothing_behind(
    gateways: Gateways, neighbours: Neighbours, incident: str
) -> None:
    gateway = gateways(feeds_each=400)
    daughter, hub = gateway.somebody(DAUGHTER), gateway.app.state.house.hub
    with ExitStack() as open_feeds:
        feeds = [open_feeds.enter_context(daughter.listening(f"/v1/{incident}/events")) for _ in range(200)]
        assert hub.open_feeds == 200
        neighbours.write(incident)
        assert {int(next(feed)["id"]) for feed in feeds} == {1}
        assert daughter.get(f"/v1/{incident}/timeline").status_code == 200
    until(lambda: not hub.open_feeds, "all feeds are closed")


def test_a_call_for_help_from_an_app_is_an_alarm_of_whoever_calls_and_of_whom_family_calls_for(
    daughter: Somebody, neighbours: Neighbours
) -> None:
    key, elder = str(uuid4()), f"persons/{uuid4()}"
    own = daughter.post("/v1/help", key=key)
    assert (own.status_code, own.json()["person"]) == (201, DAUGHTER)
    assert daughter.post("/v1/help", {"person": elder}).json()["person"] == elder
    first = neighbours.heard[0].request
    assert (first.person, first.request_id) == (DAUGHTER, key)
