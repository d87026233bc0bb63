"""Live feeds: replay, then live; with a doorbell and without; strangers, sleepers and stops."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis

from services.gateway.tests.running.conftest import DAUGHTER, OPERATOR, Gateways
from services.gateway.tests.running.gateways import RunningGateway, Somebody
from services.gateway.tests.running.neighbours import REGION, Neighbours
from suite.waiting import until

Feed = Iterator[dict[str, Any]]


def ids(feed: Feed, count: int) -> list[int]:
    return [int(event["id"]) for event in islice(feed, count)]


@pytest.fixture
def incident() -> str:
    return f"incidents/{uuid4()}"


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    client: Any = Redis.from_url(redis_url)
    client.delete("timeline", "desk")
    yield client
    client.close()


def ring(redis: Redis, incident: str, entry_id: int) -> None:
    """As notify does after it has written a line."""
    redis.xadd("timeline", {"id": entry_id, "incident": incident, "region": REGION, "json": "{}"})


def test_the_story_so_far_comes_first_and_then_each_new_line(
    daughter: Somebody, neighbours: Neighbours, incident: str
) -> None:
    neighbours.write(incident, 3)
    with daughter.listening(f"/v1/{incident}/events") as feed:
        first = list(islice(feed, 3))
        assert [event["data"]["text"] for event in first] == ["en line 1", "en line 2", "en line 3"]
        neighbours.write(incident)
        assert ids(feed, 1) == [4]


def test_after_a_broken_line_only_what_was_missed_comes(
    daughter: Somebody, neighbours: Neighbours, incident: str
) -> None:
    neighbours.write(incident, 250)
    with daughter.listening(f"/v1/{incident}/events", **{"Last-Event-ID": "20"}) as feed:
        assert ids(feed, 230) == list(range(21, 251))


def test_the_doorbell_brings_a_line_at_once_to_all_who_listen(
    gateways: Gateways, redis: Redis, redis_url: str, neighbours: Neighbours, incident: str
) -> None:
    gateway = gateways(redis_url=redis_url)
    hub = gateway.app.state.house.hub
    phones = [gateway.somebody(DAUGHTER, language=language) for language in ("en", "zh-CN")]
    with phones[0].listening(f"/v1/{incident}/events") as one, phones[1].listening(f"/v1/{incident}/events") as two:
        until(lambda: hub.has_bell, "the gateway hears the bell")
        (number,) = neighbours.write(incident)
        ring(redis, incident, number)
        assert [next(feed)["data"]["text"] for feed in (one, two)] == ["en line 1", "zh-CN line 1"]


def test_without_redis_the_story_still_comes(gateways: Gateways, neighbours: Neighbours, incident: str) -> None:
    gateway = gateways(redis_url="redis://127.0.0.1:1/0")
    with gateway.somebody(DAUGHTER).listening(f"/v1/{incident}/events") as feed:
        neighbours.write(incident, 2)
        assert ids(feed, 2) == [1, 2]
    assert not gateway.app.state.house.hub.has_bell


def test_a_stranger_is_told_that_there_is_no_such_incident(
    gateway: RunningGateway, neighbours: Neighbours, incident: str
) -> None:
    neighbours.write(incident)
    stranger = gateway.somebody("persons/00000000-0000-4000-8000-000000000009")
    for path in (f"/v1/{incident}/events", f"/v1/{incident}/timeline", f"/v1/live?region={REGION}"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:eldercare:problem:not-found")


def test_an_operators_feed_begins_now_and_shows_the_whole_region(
    gateway: RunningGateway, neighbours: Neighbours, incident: str
) -> None:
    neighbours.write(incident, 150)
    operator = gateway.somebody(OPERATOR, f"operator@{REGION}")
    with operator.listening("/v1/live") as feed:
        neighbours.write(f"incidents/{uuid4()}")
        neighbours.write(incident)
        assert ids(feed, 2) == [151, 152]


def test_a_feed_ends_with_its_token(gateway: RunningGateway, neighbours: Neighbours, incident: str) -> None:
    neighbours.write(incident)
    with gateway.somebody(DAUGHTER, seconds=2).listening(f"/v1/{incident}/events") as feed:
        assert [int(event["id"]) for event in feed] == [1]


def test_nobody_opens_feeds_without_end(gateways: Gateways, incident: str) -> None:
    greedy = gateways(feeds_each=1).somebody(DAUGHTER)
    with greedy.listening(f"/v1/{incident}/events"):
        refused = greedy.get(f"/v1/{incident}/events")
        assert (refused.status_code, refused.json()["type"]) == (429, "urn:eldercare:problem:too-many-feeds")


def test_a_client_that_never_reads_is_cut_and_the_others_read_on(
    gateways: Gateways, neighbours: Neighbours, incident: str
) -> None:
    gateway = gateways(unread_s=1)
    neighbours.write(incident, 20_000)
    with open_and_sleep(gateway, incident) as sleeper:
        hub = gateway.app.state.house.hub
        until(lambda: hub._open[DAUGHTER], "the sleeper's feed is open")
        with gateway.somebody(OPERATOR).listening(f"/v1/{incident}/events", **{"Last-Event-ID": "19990"}) as feed:
            assert ids(feed, 10) == list(range(19_991, 20_001))
            until(lambda: not hub._open[DAUGHTER], "the sleeper is cut")
            neighbours.write(incident)
            assert ids(feed, 1) == [20_001]
        assert sleeper.fileno() > 0


def open_and_sleep(gateway: RunningGateway, incident: str) -> socket.socket:
    """Asks for the feed with a tiny window and never reads a byte."""
    host, _, port = gateway.base.removeprefix("http://").partition(":")
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect((host, int(port)))
    token = gateway.somebody(DAUGHTER).headers["Authorization"]
    line.sendall(f"GET /v1/{incident}/events HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n\r\n".encode())
    return line


def test_a_gateway_that_stops_lets_its_feeds_end(gateways: Gateways, neighbours: Neighbours, incident: str) -> None:
    gateway = gateways()
    neighbours.write(incident)
    with gateway.somebody(DAUGHTER).listening(f"/v1/{incident}/events") as feed:
        assert ids(feed, 1) == [1]
        gateway.server.should_exit = True
        assert list(feed) == []
