"""The duty desk's door: only our own signature opens it, and a page is taken only where somebody will see it."""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from typing import Any

import httpx2
import pytest
from redis import Redis

from chassis.clock import wall_now
from services.gateway.tests.running.conftest import OPERATOR, Gateways
from services.gateway.tests.running.gateways import DESK_SECRET, RunningGateway
from services.gateway.tests.running.neighbours import REGION
from suite.waiting import until

ALARM = "alarms/00000000-0000-4000-8000-00000000000a"
PAGE = {
    "reason": "no_incident",
    "alarm": ALARM,
    "region": REGION,
    "kind": "sos_press",
    "receive_time": "2026-11-22T08:00:00+00:00",
}


def tell(gateway: RunningGateway, *, age_s: int = 0, secret: str = DESK_SECRET, body: object = PAGE) -> httpx2.Response:
    """As a core does."""
    sent, timestamp = json.dumps(body).encode(), str(int(wall_now().timestamp()) - age_s)
    signature = hmac.new(secret.encode(), timestamp.encode() + b"." + sent, sha256).hexdigest()
    headers = {
        "Idempotency-Key": f"page:no_incident:{ALARM}",
        "Eldercare-Timestamp": timestamp,
        "Eldercare-Signature": signature,
    }
    return httpx2.post(f"{gateway.base}/desk/pages", content=sent, headers=headers, timeout=20)


@pytest.fixture
def shared(gateways: Gateways, redis_url: str) -> list[RunningGateway]:
    """Two gateways of one suite."""
    client: Any = Redis.from_url(redis_url)
    client.delete("desk", "timeline")
    client.close()
    two = [gateways(redis_url=redis_url) for _ in range(2)]
    until(lambda: all(each.app.state.house.hub.has_bell for each in two), "both hear the bell")
    return two


def test_an_unsigned_forged_or_old_page_is_refused(gateway: RunningGateway) -> None:
    unsigned = httpx2.post(f"{gateway.base}/desk/pages", json=PAGE, headers={"Idempotency-Key": "k"})
    for answer in (unsigned, tell(gateway, secret="guessed"), tell(gateway, age_s=600), tell(gateway, age_s=-600)):
        assert answer.status_code == 401
        assert answer.json()["type"] == "urn:eldercare:problem:signature-wrong"


def test_a_page_that_nobody_would_see_is_not_taken_so_that_it_is_told_again(gateway: RunningGateway) -> None:
    answer = tell(gateway)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:eldercare:problem:nobody-at-the-desk")


def test_an_operator_who_listens_sees_the_page_at_once_even_without_redis(gateway: RunningGateway) -> None:
    with gateway.somebody(OPERATOR, f"operator@{REGION}").listening("/v1/live") as feed:
        assert tell(gateway).status_code == 202
        event = next(feed)
        assert event["event"] == "desk"
        assert {name: text for name, text in event["data"].items() if text} == PAGE


def test_a_page_of_no_region_is_seen_at_every_desk(gateway: RunningGateway) -> None:
    parked = {"reason": "parked", "region": "", "event": "00000000-0000-7000-8000-00000000000e", "type": "unreadable"}
    with gateway.somebody(OPERATOR, f"operator@{REGION}").listening("/v1/live") as feed:
        assert tell(gateway, body=parked).status_code == 202
        assert next(feed)["data"]["reason"] == "parked"


def test_a_page_taken_by_one_gateway_is_seen_at_every_other_one_once(shared: list[RunningGateway]) -> None:
    here, there = shared
    with there.somebody(OPERATOR, f"operator@{REGION}").listening("/v1/live") as feed:
        assert [tell(here).status_code for _ in range(2)] == [202, 202]
        assert next(feed)["data"]["alarm"] == ALARM
    assert len(there.app.state.house.board.of([REGION])) == 1


def test_a_signed_body_that_is_no_page_is_refused(gateway: RunningGateway) -> None:
    wrong: list[object] = [[], {}, {"alarm": ALARM}, "page"]
    for body in wrong:
        assert tell(gateway, body=body).json()["type"] == "urn:eldercare:problem:page-unreadable"
