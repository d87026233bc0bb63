"""An export is fetched as one file over HTTP, whatever happens to the streams behind it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from random import Random
from uuid import uuid4

import httpx2
import pytest

from services.gateway.tests.running.archive_desk import Package
from services.gateway.tests.running.conftest import OPERATOR, Gateways
from services.gateway.tests.running.gateways import RunningGateway, Somebody
from services.gateway.tests.running.neighbours import Neighbours
from suite.waiting import until

SIZE = 9_500
PATH = f"/v1/exports/{uuid4()}/archive"


@pytest.fixture
def package(neighbours: Neighbours) -> Package:
    neighbours.package.data = Random(7).randbytes(SIZE)
    return neighbours.package


@pytest.fixture
def desk(gateway: RunningGateway, package: Package) -> Somebody:
    return gateway.somebody(OPERATOR, "operator@regions/made-up")


def fetch(who: Somebody, **headers: str) -> httpx2.Response:
    return httpx2.get(who.base + PATH, headers=who.headers | headers, timeout=20)


def test_a_stream_that_ends_early_is_taken_up_where_it_ended(desk: Somebody, package: Package) -> None:
    package.endings = [
        (2_000, "DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"),
        (3_000, "", ""),
        (0, "RESOURCE_EXHAUSTED", "TOO_MANY_EXPORTS"),
        (500, "UNAVAILABLE", "UNREACHABLE"),
    ]
    answer = fetch(desk)
    assert (answer.status_code, answer.content) == (200, package.data)
    assert int(answer.headers["content-length"]) == SIZE
    assert package.offsets == [0, 2_000, 5_000, 5_000, 5_500]


def test_a_fifth_reader_waits_for_a_seat_and_all_five_get_the_whole(desk: Somebody, package: Package) -> None:
    package.go_on.clear()
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        four = [
            stack.enter_context(httpx2.stream("GET", desk.base + PATH, headers=desk.headers, timeout=20))
            for _ in range(4)
        ]
        fifth = pool.submit(fetch, desk)
        until(lambda: package.turned_away, "the fifth is turned away by the service")
        package.go_on.set()
        assert {answer.read() for answer in four} | {fifth.result().content} == {package.data}


def test_who_finds_no_seat_in_time_is_told_so_before_anything_is_sent(gateways: Gateways, package: Package) -> None:
    package.endings = [(0, "RESOURCE_EXHAUSTED", "TOO_MANY_EXPORTS")] * 9
    answer = fetch(gateways(budget_s=0.3).somebody(OPERATOR))
    assert (answer.status_code, answer.json()["type"]) == (429, "urn:eldercare:problem:too-many-exports")


def test_what_is_refused_for_good_is_not_tried_again(desk: Somebody, package: Package) -> None:
    package.endings = [(0, "FAILED_PRECONDITION", "EXPORT_NOT_DONE")]
    answer = fetch(desk)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:eldercare:problem:export-not-done")
    package.endings = [(2_000, "NOT_FOUND", "NOT_FOUND")]
    with pytest.raises(httpx2.RemoteProtocolError):
        fetch(desk)
    assert package.offsets == [0, 0]


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=9499-", 9_499, 9_499),
        ("bytes=1234-5678", 1_234, 5_678),
        ("bytes=5000-99999", 5_000, 9_499),
        ("bytes=-10", 9_490, 9_499),
        ("bytes=-99999", 0, 9_499),
    ],
)
def test_a_part_is_fetched_by_its_bytes(desk: Somebody, package: Package, wanted: str, first: int, last: int) -> None:
    answer = fetch(desk, Range=wanted)
    assert (answer.status_code, answer.content) == (206, package.data[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"
    assert package.offsets == [first]


@pytest.mark.parametrize("wanted", ["bytes=5-2", "bytes=-", "bytes=1-2,5-6", "lines=1-2", "bytes=x-y"])
def test_what_is_no_single_range_of_bytes_gets_the_whole(desk: Somebody, package: Package, wanted: str) -> None:
    answer = fetch(desk, Range=wanted)
    assert (answer.status_code, answer.content) == (200, package.data)
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", "bytes=99999-", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_with_the_size(desk: Somebody, wanted: str) -> None:
    answer = fetch(desk, Range=wanted)
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{SIZE}")
    assert answer.json()["type"] == "urn:eldercare:problem:range-not-satisfiable"


def test_a_broken_download_goes_on_while_it_is_the_same_package_and_begins_anew_when_not(
    desk: Somebody, package: Package
) -> None:
    tag = fetch(desk, Range="bytes=0-99").headers["etag"]
    on = fetch(desk, Range="bytes=100-", **{"If-Range": tag})
    assert (on.status_code, on.content) == (206, package.data[100:])
    anew = fetch(desk, Range="bytes=100-", **{"If-Range": '"another"'})
    assert (anew.status_code, anew.content) == (200, package.data)
    assert fetch(desk, **{"If-None-Match": tag}).status_code == 304
