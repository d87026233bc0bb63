"""The rpc of people, and who calls it."""

import pytest

from eldercare.people.v1.person_service_pb2_grpc import PersonServiceStub
from libs.chassis.tests.calls.asking import StubOf
from suite.testing import RpcFactory, RunningRpc


@pytest.fixture
def people(rpc: RpcFactory) -> RunningRpc:
    return rpc("people")


@pytest.fixture
def stub_of(people: RunningRpc) -> StubOf:
    return lambda caller: PersonServiceStub(people.channel_as(caller))
