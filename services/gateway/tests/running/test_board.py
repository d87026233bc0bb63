"""The board as its readers get it: the gravest first, what cannot be told is said so, nothing that is not theirs."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest

from chassis.clock import wall_now
from eldercare.operation.v1.operation_service_pb2 import ServiceHealth
from eldercare.order.v1.incident_pb2 import INCIDENT_STATE_OPEN, Incident
from services.gateway.tests.running.conftest import Gateways
from services.gateway.tests.running.gateways import RunningGateway, Somebody
from services.gateway.tests.running.neighbours import REGION, Neighbours
from services.gateway.tests.running.test_pages import cookie_of

DESK = "persons/00000000-0000-4000-8000-000000000003"
ELDER = "persons/00000000-0000-4000-8000-000000000001"
SERVICES = ("people", "device", "order", "notify", "payment")


def incident(number: str, urgency: str, minutes: int) -> Incident:
    told = Incident(
        name=f"incidents/{uuid4()}",
        number=number,
        region=REGION,
        state=INCIDENT_STATE_OPEN,
        urgency=urgency,
        responsible=REGION,
        cell="wtw3sjq",
    )
    told.deadline_time.FromDatetime(wall_now() + timedelta(minutes=minutes))
    return told


def look(somebody: Somebody, path: str = "/") -> httpx2.Response:
    return httpx2.get(somebody.base + path, headers=cookie_of(somebody) | {"Accept-Language": "en"}, timeout=20)


@pytest.fixture
def desk(gateway: RunningGateway) -> Somebody:
    return gateway.somebody(DESK, f"operator@{REGION}")


def test_the_gravest_comes_first_and_then_whose_deadline_is_nearest(desk: Somebody, neighbours: Neighbours) -> None:
    neighbours.incidents = [
        incident("I-0001", "normal", -5),
        incident("I-0002", "emergency", 9),
        incident("I-0003", "emergency", 1),
        incident("I-0004", "urgent", 1),
    ]
    page = look(desk).text
    places = [page.index(f">Incident {number}<") for number in ("I-0003", "I-0002", "I-0004", "I-0001")]
    assert places == sorted(places)


def test_who_cannot_be_asked_is_named_and_the_rest_is_shown(desk: Somebody, neighbours: Neighbours) -> None:
    neighbours.incidents = [incident("I-0001", "urgent", 1)]
    neighbours.health = [ServiceHealth(service=name) for name in SERVICES if name != "order"]
    answer = look(desk)
    assert answer.status_code == 200
    assert "Incident I-0001" in answer.text
    assert "Who is on duty cannot be told now." in answer.text
    assert "order: cannot be reached" in answer.text
    assert "notify: cannot be reached" not in answer.text


def test_what_waits_too_long_or_is_parked_is_said_and_what_is_on_its_way_is_not(
    desk: Somebody, neighbours: Neighbours
) -> None:
    neighbours.health = [ServiceHealth(service=name) for name in SERVICES]
    assert "All is well" in look(desk).text
    neighbours.health[0].waiting.add(place="outbox", rows=3, oldest_s=2.0)
    assert "All is well" in look(desk).text
    neighbours.health[0].waiting[0].oldest_s = 60.0
    neighbours.health[1].waiting.add(place="parked", rows=1, oldest_s=5.0)
    neighbours.health[1].parked.add(event=f"events/{uuid4()}", type="made.up.v1.Fact", aggregate="toys/1")
    page = look(desk).text
    assert "people: 3 facts on their way, the oldest for 60 s" in page
    assert "device: 1 facts parked" in page
    assert "Fact" in page
    assert "All is well" not in page


def test_a_supervisor_looks_and_finds_no_button_and_no_system(gateway: RunningGateway, neighbours: Neighbours) -> None:
    neighbours.incidents = [incident("I-0001", "urgent", 1)]
    page = look(gateway.somebody(DESK, f"supervisor@{REGION}")).text
    assert "Incident I-0001" in page
    assert f'href="/{neighbours.incidents[0].name}"' not in page
    assert 'id="health"' not in page
    assert 'href="/phones"' not in page


def test_pictures_of_a_map_may_come_from_where_the_tiles_are_and_from_nowhere_else(
    gateways: Gateways, neighbours: Neighbours
) -> None:
    neighbours.incidents = [incident("I-0001", "urgent", 1)]
    tiled = gateways(map_tiles="https://tiles.example/{z}/{x}/{y}.png").somebody(DESK, f"operator@{REGION}")
    answer = look(tiled)
    assert "img-src 'self' data: https://tiles.example;" in answer.headers["content-security-policy"]
    assert 'href="https://tiles.example/17/' in answer.text
    assert "tiles.example" not in look(tiled, "/sign-in").headers["content-security-policy"]


def test_a_view_is_only_for_whose_it_is(gateway: RunningGateway) -> None:
    answer = look(gateway.somebody(DESK, f"operator@{REGION}"), "/?view=elder")
    assert "Operations board" in answer.text


def test_an_elders_press_reaches_device_once_in_their_own_name(gateway: RunningGateway, neighbours: Neighbours) -> None:
    elder, form = gateway.somebody(ELDER, "elder"), {"request_id": str(uuid4())}
    headers = cookie_of(elder) | {"Sec-Fetch-Site": "same-origin", "HX-Request": "true", "Accept-Language": "en"}
    for _ in range(2):
        assert "We have heard you" in httpx2.post(f"{elder.base}/help", data=form, headers=headers).text
    assert {(each.request.request_id, each.request.person) for each in neighbours.heard} == {
        (form["request_id"], ELDER)
    }
