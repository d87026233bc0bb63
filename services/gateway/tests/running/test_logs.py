"""What is written down of a request: its shape and its fate, never what a stranger typed."""

from __future__ import annotations

from uuid import uuid4

import structlog

from services.gateway.tests.running.conftest import DAUGHTER
from services.gateway.tests.running.gateways import RunningGateway, Somebody
from suite.waiting import until


def test_a_request_is_logged_by_its_route_with_who_asked_and_the_story_it_belongs_to(daughter: Somebody) -> None:
    incident = str(uuid4())
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        daughter.post(f"/v1/incidents/{incident}/answers", {"answer": "seen"})
        line = until(lambda: next((each for each in lines if each["event"] == "request.answered"), None), "the line")
    assert (line["method"], line["template"], line["status"]) == ("POST", "/v1/incidents/<uuid>/answers", 201)
    assert (line["actor"], line["correlation"]) == (DAUGHTER, incident)


def test_an_address_nobody_knows_is_not_repeated_in_the_log(gateway: RunningGateway) -> None:
    with structlog.testing.capture_logs() as lines:
        gateway.somebody(DAUGHTER).get("/v1/Mrs-Wang-13800000000")
        line = until(lambda: next((each for each in lines if each["event"] == "request.answered"), None), "the line")
    assert "Wang" not in str(line)
