"""The API does what its own description says: requests nobody thought of, made from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from gateway_service.app import build
from gateway_service.settings import GatewaySettings
from services.gateway.tests.running.conftest import OPERATOR, identity
from services.gateway.tests.running.gateways import RunningGateway, Somebody
from services.gateway.tests.running.whole_contract import answering

FEEDS = "^/v1/(live|incidents/{uuid}/events)$"  # never end: test_live.py
RULES = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}})
WRITTEN = build(GatewaySettings(signing_key="", trusted_keys=""), {}).openapi()
described = schemathesis.openapi.from_dict(WRITTEN, config=RULES).exclude(path_regex=FEEDS)


@pytest.fixture(scope="module")
def operator(rpc_keys: Path) -> Iterator[Somebody]:
    chosen = GatewaySettings(
        address="127.0.0.1:0",
        signing_key=str(rpc_keys / "gateway.key"),
        trusted_keys=str(rpc_keys / "trusted.json"),
        caller_rate=0,
        address_rate=0,
    )
    for services in answering():
        running = RunningGateway(chosen, services, identity(rpc_keys, "people"))
        running.start()
        yield running.somebody(OPERATOR, "operator@regions/made-up")
        running.stop()


@described.parametrize()
@settings(max_examples=10, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_operation_answers_as_described(case: schemathesis.Case[Any], operator: Somebody) -> None:
    case.call_and_validate(base_url=operator.base, headers=operator.headers)
