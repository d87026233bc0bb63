"""The API does what its own description says: requests nobody thought of, made from it."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings

from gateway_service.app import build
from gateway_service.settings import GatewaySettings
from services.gateway.tests.running.conftest import OPERATOR
from services.gateway.tests.running.gateways import RunningGateway

FEEDS = "^/v1/(live|incidents/{uuid}/events)$"  # never end: test_live.py
RULES = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}})
WRITTEN = build(GatewaySettings(signing_key="", trusted_keys=""), {}).openapi()
described = schemathesis.openapi.from_dict(WRITTEN, config=RULES).exclude(path_regex=FEEDS)


@described.parametrize()
@settings(max_examples=10, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_operation_answers_as_described(case: schemathesis.Case[Any], whole_gateway: RunningGateway) -> None:
    operator = whole_gateway.somebody(OPERATOR, "operator@regions/made-up")
    case.call_and_validate(base_url=operator.base, headers=operator.headers)
