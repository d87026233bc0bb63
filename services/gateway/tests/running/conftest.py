"""A gateway with neighbours, each for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from chassis.identity import Identity
from gateway_service.settings import GatewaySettings
from services.gateway.tests.running.gateways import DESK_SECRET, RunningGateway, Somebody
from services.gateway.tests.running.neighbours import Neighbours, RunningNeighbours
from services.gateway.tests.running.whole_contract import WholeContract

Gateways: TypeAlias = Callable[..., RunningGateway]
DAUGHTER = "persons/00000000-0000-4000-8000-000000000002"
OPERATOR = "persons/00000000-0000-4000-8000-000000000003"


def identity(keys: Path, service: str) -> Identity:
    return Identity.load(service, keys / f"{service}.key", keys / "trusted.json")


@pytest.fixture
def neighbours(rpc_keys: Path) -> Neighbours:
    return Neighbours(
        identity=identity(rpc_keys, "notify"), people=identity(rpc_keys, "people"), family={DAUGHTER, OPERATOR}
    )


@pytest.fixture
def running_neighbours(neighbours: Neighbours) -> Iterator[RunningNeighbours]:
    running = RunningNeighbours(neighbours)
    yield running
    running.stop()


@pytest.fixture
def gateways(running_neighbours: RunningNeighbours, rpc_keys: Path) -> Iterator[Gateways]:
    """`gateways(budget_s=1)`: a gateway with these settings, beside the neighbours."""
    started: list[RunningGateway] = []

    def start(**changed: Any) -> RunningGateway:
        known: dict[str, Any] = {
            "address": "127.0.0.1:0",
            "signing_key": str(rpc_keys / "gateway.key"),
            "trusted_keys": str(rpc_keys / "trusted.json"),
            "desk_secret": DESK_SECRET,
        }
        settings = GatewaySettings(**(known | changed))
        started.append(gateway := RunningGateway(settings, running_neighbours.address, identity(rpc_keys, "people")))
        gateway.start()
        return gateway

    yield start
    for gateway in started:
        gateway.stop()


@pytest.fixture(scope="module")
def whole() -> Iterator[WholeContract]:
    services = WholeContract()
    yield services
    services.stop()


@pytest.fixture(scope="module")
def whole_gateway(whole: WholeContract, rpc_keys: Path) -> Iterator[RunningGateway]:
    """Beside services that have an answer to everything; without rate limits."""
    settings = GatewaySettings(
        address="127.0.0.1:0",
        signing_key=str(rpc_keys / "gateway.key"),
        trusted_keys=str(rpc_keys / "trusted.json"),
        caller_rate=0,
        address_rate=0,
        code_rate=0,
    )
    running = RunningGateway(settings, whole.address, identity(rpc_keys, "people"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def gateway(gateways: Gateways) -> RunningGateway:
    return gateways()


@pytest.fixture
def daughter(gateway: RunningGateway) -> Somebody:
    return gateway.somebody(DAUGHTER, "family@persons/00000000-0000-4000-8000-000000000001")
