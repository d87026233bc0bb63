"""What `command` and `query` do around a verb, with verbs made up for it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.message import Message

from chassis.access import Relations
from chassis.context import Caller
from chassis.core import Core, Deps, Parts
from chassis.refusal import Refusal
from chassis.rpc import Rpc, command, query
from chassis.rpc.client import Refused
from chassis.work import Work
from eldercare.people.v1 import person_service_pb2_grpc as contract
from eldercare.people.v1.events_pb2 import RegionChanged
from eldercare.people.v1.person_pb2 import Person, Region
from eldercare.people.v1.person_service_pb2 import ErasePersonRequest, GetPersonRequest, PutRegionRequest
from suite.testing import RunningRpc, TestDatabase
from suite.testing.rpc import environ_of, running_core

OPERATOR = Caller(subject=f"persons/{uuid4()}", roles=("operator@regions/demo-city",))
STRANGER = Caller(subject=f"persons/{uuid4()}", roles=("operator@regions/elsewhere",))
CANARY = "Zhang Canary +8613800138000"


class CountedAndRefused(Refusal):
    """Keeps what was written before it."""

    sentence = "That was the wrong answer."
    commits = True


class TooLate(Refusal):
    sentence = "Too late."


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSettings:
    """Nothing to set."""


class MadeUp(contract.PersonServiceServicer):
    """Verbs that fail in the ways verbs fail."""

    def __init__(self, rpc: Rpc) -> None:
        self.rpc = rpc
        self.prepared = 0
        self.met = 0
        self.peer: Exception | None = None

    @command
    def PutRegion(self, work: Work, request: PutRegionRequest) -> Region:  # noqa: N802 - the contract's own name
        work.publish(RegionChanged(region=request.region), aggregate=request.region.name)
        if request.region.display_name == "meets another":
            self.met += 1
            if self.met == 1:
                work.run("DO $$ BEGIN RAISE EXCEPTION 'met' USING ERRCODE = 'deadlock_detected'; END $$")
            return request.region
        raise (CountedAndRefused if request.region.display_name == "commits" else TooLate)

    @query
    def GetPerson(self, work: Work, request: GetPersonRequest) -> Person:  # noqa: N802 - the contract's own name
        raise ValueError(CANARY)

    @command(prepare="_prepare")
    def ErasePerson(self, work: Work, request: ErasePersonRequest, prepared: int) -> Person:  # noqa: N802 - the contract's own name
        return Person(name=request.name, version=prepared)

    def _prepare(self, request: Message, caller: Caller) -> int:
        if self.peer is not None:
            raise self.peer
        self.prepared += 1
        return self.prepared


@pytest.fixture
def verbs() -> list[MadeUp]:
    return []


@pytest.fixture
def service(db: TestDatabase, rpc_keys: Path, verbs: list[MadeUp]) -> Iterator[RunningRpc]:
    def build(deps: Deps[NoSettings]) -> Parts:
        verbs.append(MadeUp(deps.rpc))  # type: ignore[abstract] # three verbs are enough
        return Parts(servicers=[(contract.add_PersonServiceServicer_to_server, verbs[0])])

    def relate(work: Work, name: str) -> Relations:
        return Relations(region="regions/demo-city")

    core: Core[Any] = Core(service="people", settings=NoSettings, relate=relate, build=build)
    running = RunningRpc(running_core(core, environ_of("people", db, rpc_keys)), db, rpc_keys)
    running.start()
    yield running
    running.close()


@pytest.fixture
def stub_of(service: RunningRpc) -> Callable[[Caller], contract.PersonServiceStub]:
    return lambda caller: contract.PersonServiceStub(service.channel_as(caller))


StubOf = Callable[[Caller], contract.PersonServiceStub]


def put(title: str) -> PutRegionRequest:
    region = Region(name="regions/demo-city", display_name=title, time_zone="Asia/Shanghai")
    return PutRegionRequest(request_id=str(uuid4()), region=region)


def erase() -> ErasePersonRequest:
    return ErasePersonRequest(request_id=str(uuid4()), name=f"persons/{uuid4()}")


def refused_by(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value


def test_a_refusal_leaves_nothing_behind(db: TestDatabase, stub_of: StubOf) -> None:
    assert refused_by(lambda: stub_of(OPERATOR).PutRegion(put("rolls back"))).reason == "TOO_LATE"
    assert db.messages() == []


def test_a_refusal_that_commits_keeps_what_was_written_and_is_given_again(db: TestDatabase, stub_of: StubOf) -> None:
    request = put("commits")
    for _ in range(2):
        assert refused_by(lambda: stub_of(OPERATOR).PutRegion(request)).reason == "COUNTED_AND_REFUSED"
    assert len(db.messages()) == 2


def test_a_call_that_met_another_on_its_way_is_done_again_and_once(
    db: TestDatabase, stub_of: StubOf, verbs: list[MadeUp]
) -> None:
    assert stub_of(OPERATOR).PutRegion(put("meets another")).name == "regions/demo-city"
    assert verbs[0].met == 2
    assert len(db.messages()) == 1


def test_an_unexpected_error_says_nothing_of_itself(stub_of: StubOf) -> None:
    refused = refused_by(lambda: stub_of(OPERATOR).GetPerson(GetPersonRequest(name=f"persons/{uuid4()}")))
    assert refused.reason == "INTERNAL"
    assert "Canary" not in str(refused)


def test_nothing_is_prepared_for_a_stranger(stub_of: StubOf, verbs: list[MadeUp]) -> None:
    assert refused_by(lambda: stub_of(STRANGER).ErasePerson(erase())).reason == "NOT_FOUND"
    assert verbs[0].prepared == 0


def test_a_repeat_gets_its_first_answer_though_nothing_can_be_prepared_now(
    stub_of: StubOf, verbs: list[MadeUp]
) -> None:
    request = erase()
    first = stub_of(OPERATOR).ErasePerson(request)
    verbs[0].peer = Refused("UNREACHABLE", "", _code("UNAVAILABLE"))
    assert stub_of(OPERATOR).ErasePerson(request) == first


@pytest.mark.parametrize(
    ("code", "heard"),
    [("UNAVAILABLE", "PEER_SAID"), ("FAILED_PRECONDITION", "PEER_SAID"), ("PERMISSION_DENIED", "INTERNAL")],
)
def test_what_another_service_answered_is_passed_on_when_it_concerns_the_caller(
    stub_of: StubOf, verbs: list[MadeUp], code: str, heard: str
) -> None:
    verbs[0].peer = Refused("PEER_SAID", "Not now.", _code(code))
    assert refused_by(lambda: stub_of(OPERATOR).ErasePerson(erase())).reason == heard


def _code(name: str) -> grpc.StatusCode:
    return grpc.StatusCode[name]
