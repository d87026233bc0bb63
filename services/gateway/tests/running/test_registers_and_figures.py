"""Elders and who pays for them, registers, figures and ratings: what is asked of the services, and in whose words."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.gateway.tests.running.conftest import DAUGHTER, OPERATOR
from services.gateway.tests.running.gateways import RunningGateway, Somebody
from services.gateway.tests.running.whole_contract import WORD, WholeContract

ELDER = "00000000-0000-4000-8000-000000000001"
REGION = "regions/made-up/lake"


@pytest.fixture
def heard(whole: WholeContract) -> list[Any]:
    whole.heard.clear()
    return whole.heard


@pytest.fixture
def family(whole_gateway: RunningGateway) -> Somebody:
    return whole_gateway.somebody(DAUGHTER, f"family@persons/{ELDER}")


@pytest.fixture
def supervisor(whole_gateway: RunningGateway) -> Somebody:
    return whole_gateway.somebody(OPERATOR, f"supervisor@{REGION}")


def test_family_lists_its_elders_with_what_it_may_do_for_them(family: Somebody, heard: list[Any]) -> None:
    (elder,) = family.get("/v1/elders").json()["elders"]
    assert (elder["name"], elder["rights"]) == (WORD, [WORD])
    assert [type(each).__name__ for each in heard] == ["ListMyEldersRequest"]


def test_family_says_who_pays_with_a_processors_token_and_never_a_card_number(
    family: Somebody, heard: list[Any]
) -> None:
    key, path = str(uuid4()), f"{family.base}/v1/elders/{ELDER}/payer"
    sent = family.headers | {"Idempotency-Key": key}
    card = httpx2.put(path, headers=sent, json={"processor_token": "6222020000000000"})
    assert (card.status_code, heard) == (400, [])
    assert httpx2.put(path, headers=sent, json={"processor_token": "tok_made_up"}).status_code == 204
    (asked,) = heard
    assert (asked.request_id, asked.person, asked.processor_token) == (key, f"persons/{ELDER}", "tok_made_up")


@pytest.mark.parametrize("noun", ["persons", "devices"])
def test_a_register_is_of_the_region_named_or_the_first_the_caller_answers_for(
    supervisor: Somebody, heard: list[Any], noun: str
) -> None:
    page = supervisor.get(f"/v1/{noun}?region=regions/made-up/hill&page_size=7&page_token=after").json()
    assert (len(page[noun]), page["next_page_token"]) == (1, WORD)
    assert not {"phone", "address", "display_name"} & set(page[noun][0])
    supervisor.get(f"/v1/{noun}")
    assert [(each.region, each.page_size, each.page_token) for each in heard] == [
        ("regions/made-up/hill", 7, "after"),
        (REGION, 50, ""),
    ]


def test_figures_are_of_a_period_told_in_any_zone(supervisor: Somebody, heard: list[Any]) -> None:
    period = {"start_time": "2026-11-01T08:00:00+08:00", "end_time": "2026-11-08T00:00:00Z"}
    figures = supervisor.get("/v1/figures", params=period).json()
    (asked,) = heard
    assert (asked.region, asked.end_time.seconds - asked.start_time.seconds) == (REGION, 7 * 86_400)
    assert figures["incidents"] == {"unreachable_but_checked": 7}
    assert figures["arrive_delay"] == {"count": 7, "median_s": 0.5, "p90_s": 0.5}


def test_a_rating_is_one_word_said_twice_only_once(family: Somebody, heard: list[Any]) -> None:
    order = uuid4()
    rated = family.post(f"/v1/orders/{order}/rating", {"score": 5, "reasons": ["punctual", "careful", "punctual"]})
    assert rated.status_code == 201
    (asked,) = heard
    assert (asked.name, asked.score, list(asked.reasons)) == (f"orders/{order}", 5, ["careful", "punctual"])
    for body in ({"score": 6}, {"score": True}, {"score": 3, "reasons": ["her neighbour is rude"]}, {}):
        assert family.post(f"/v1/orders/{order}/rating", body).status_code == 400
