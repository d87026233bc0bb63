"""A call is signed, bounded, valid, allowed and answered once; every refusal has a name."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_status import rpc_status

from chassis.context import Caller
from chassis.rpc.client import Refused
from chassis.rpc.server import rules_of
from eldercare.people.v1.person_pb2 import Identifiers, Person, Region, Role, RoleKind
from eldercare.people.v1.person_service_pb2 import (
    GetHomeRequest,
    GetPersonRequest,
    ListPersonsRequest,
    PutRegionRequest,
    RegisterPersonRequest,
)
from eldercare.people.v1.person_service_pb2_grpc import PersonServiceStub
from libs.chassis.tests.calls.asking import CITY, OPERATOR, ORDER, STRANGER, STREET, StubOf, put_region, reason_of
from suite.servers import Servers
from suite.testing import RunningRpc
from suite.waiting import until


def register(name: str) -> RegisterPersonRequest:
    person = Person(name=name, region=STREET, roles=[Role(kind=RoleKind.ROLE_KIND_VOLUNTEER, object=STREET)])
    person.language = "zh-CN"
    identifiers = Identifiers(display_name="Made-up Person")
    return RegisterPersonRequest(request_id=str(uuid4()), person=person, identifiers=identifiers)


@pytest.fixture
def volunteer(stub_of: StubOf) -> str:
    name = f"persons/{uuid4()}"
    stub = stub_of(Caller(subject="services/suite"))
    for region in (CITY, STREET):
        stub.PutRegion(put_region(region))
    stub.RegisterPerson(register(name))
    return name


def test_a_call_without_a_deadline_is_refused(people: RunningRpc) -> None:
    stub = PersonServiceStub(people.plain_channel())
    with pytest.raises(grpc.RpcError) as refused:
        stub.GetPerson(GetPersonRequest(), metadata=(("authorization", f"Bearer {people.token_of(ORDER)}"),))
    assert "deadline" in str(refused.value)


def test_wrong_fields_are_named(people: RunningRpc) -> None:
    stub = PersonServiceStub(people.plain_channel())
    request = PutRegionRequest(request_id="no uuid", region=Region(name="Regions/?", display_name="x", time_zone=""))
    with pytest.raises(grpc.RpcError) as refused:
        stub.PutRegion(request, timeout=5, metadata=(("authorization", f"Bearer {people.token_of(OPERATOR)}"),))
    bad = error_details_pb2.BadRequest()
    assert any(detail.Unpack(bad) for detail in _details(refused.value))
    assert {each.field for each in bad.field_violations} == {"request_id", "region.name", "region.time_zone"}


def _details(error: Any) -> Any:
    return rpc_status.from_call(error).details


def test_a_request_that_comes_again_gets_the_first_answer(people: RunningRpc, stub_of: StubOf) -> None:
    stub, request = stub_of(OPERATOR), put_region()
    first = stub.PutRegion(request)
    later = put_region()
    later.region.display_name = "Made up anew"
    stub.PutRegion(later)
    assert stub.PutRegion(request) == first
    assert len(people.db.messages()) == 2


def test_a_request_id_with_other_content_is_refused(stub_of: StubOf) -> None:
    stub, request = stub_of(OPERATOR), put_region()
    stub.PutRegion(request)
    assert reason_of(lambda: stub.PutRegion(put_region(STREET, request.request_id))) == "REQUEST_ID_REUSED"


def test_twenty_callers_with_one_request_have_one_effect(people: RunningRpc, stub_of: StubOf) -> None:
    stub, request = stub_of(OPERATOR), put_region()
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda _: stub.PutRegion(request), range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert len(people.db.messages()) == 1


def test_a_stranger_hears_the_same_as_about_what_does_not_exist(stub_of: StubOf, volunteer: str) -> None:
    def heard(name: str) -> tuple[str, str, grpc.StatusCode]:
        with pytest.raises(Refused) as refused:
            stub_of(STRANGER).GetPerson(GetPersonRequest(name=name))
        return refused.value.reason, refused.value.sentence, refused.value.code

    assert heard(volunteer) == heard(f"persons/{uuid4()}")
    assert stub_of(OPERATOR).GetPerson(GetPersonRequest(name=volunteer)).name == volunteer


@pytest.mark.parametrize("region", [CITY, "regions", "regions/demo", "regions/demo-city-2", ""])
def test_a_list_of_a_region_one_does_not_answer_for_is_refused(stub_of: StubOf, region: str) -> None:
    caller = Caller(subject=f"persons/{uuid4()}", roles=(f"operator@{STREET}",))
    with pytest.raises(Refused):
        stub_of(caller).ListPersons(ListPersonsRequest(region=region))


def test_a_list_of_ones_own_region_and_below_is_given(stub_of: StubOf, volunteer: str) -> None:
    listed = stub_of(OPERATOR).ListPersons(ListPersonsRequest(region=STREET))
    assert [person.name for person in listed.persons] == [volunteer]


@pytest.mark.parametrize("caller", [OPERATOR, Caller(subject="services/order")])
def test_a_sensitive_read_needs_a_purpose(stub_of: StubOf, volunteer: str, caller: Caller) -> None:
    assert reason_of(lambda: stub_of(caller).GetHome(GetHomeRequest(name=volunteer))) == "PURPOSE_MISSING"


def test_a_sensitive_read_is_logged_with_who_what_and_why(people: RunningRpc, stub_of: StubOf, volunteer: str) -> None:
    stub_of(ORDER).GetHome(GetHomeRequest(name=volunteer))
    (read,) = people.db.rows("SELECT caller, object, purpose FROM reads")
    assert read == {"caller": "services/order", "object": volunteer, "purpose": "dispatch"}


def test_health_and_reflection_answer_without_a_token(people: RunningRpc) -> None:
    channel = people.plain_channel()
    health: Any = health_pb2_grpc.HealthStub(channel)
    for name in ("", "eldercare.people.v1.PersonService"):
        status = health.Check(health_pb2.HealthCheckRequest(service=name), timeout=5).status
        assert status == health_pb2.HealthCheckResponse.SERVING
    asked = reflection_pb2.ServerReflectionRequest(list_services="")
    reflection: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
    (listed,) = reflection.ServerReflectionInfo(iter([asked]), timeout=5)
    assert "eldercare.people.v1.PersonService" in {each.name for each in listed.list_services_response.service}


def test_an_rpc_without_a_rule_does_not_start() -> None:
    with pytest.raises(ValueError, match=r"grpc.health.v1.Health.Check has no"):
        rules_of(["grpc.health.v1.Health"])


def test_a_store_that_is_away_has_a_name_and_comes_back(people: RunningRpc, stub_of: StubOf, servers: Servers) -> None:
    stub = stub_of(OPERATOR)
    stub.PutRegion(put_region())
    servers.postgres.kill()
    try:
        assert reason_of(lambda: stub.PutRegion(put_region())) == "DATABASE_UNAVAILABLE"
    finally:
        servers.postgres.start()
    until(lambda: _works(stub), "calls work again")


def _works(stub: PersonServiceStub) -> bool:
    try:
        return bool(stub.PutRegion(put_region()).name)
    except Refused:
        return False
