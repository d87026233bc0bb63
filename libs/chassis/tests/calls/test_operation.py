"""What waits in a process's services, told to operators and the gateway; a database that is gone hides no other."""

from uuid import uuid4

import pytest

from chassis.context import Caller
from chassis.database import Database
from chassis.rpc.calls import Call, running
from chassis.rpc.operation import Operation
from eldercare.access.v1.access_pb2 import Access
from eldercare.operation.v1.operation_service_pb2 import GetHealthRequest, ServiceHealth
from eldercare.operation.v1.operation_service_pb2_grpc import OperationServiceStub
from eldercare.people.v1.events_pb2 import RegionChanged
from libs.chassis.tests.calls.asking import OPERATOR, ORDER, reason_of
from suite.testing import DatabaseFactory, RunningRpc, TestDatabase

GATEWAY = Caller(subject="services/gateway")


def waiting(health: ServiceHealth) -> dict[str, int]:
    return {each.place: each.rows for each in health.waiting}


def plant_parked(db: TestDatabase, region: str = "") -> str:
    """A fact of another service that could not be handled."""
    event = str(uuid4())
    db.connection.execute(
        """INSERT INTO set_aside (consumer, event_id, type, aggregate, headers, body, reason, error, attempts, first_at,
               last_at, parked_at)
           VALUES ('people', %s, 'made.up.v1.Fact', 'toys/1', jsonb_build_object('ce-region', %s::text), '', 'failed',
               'made up', 10, app_now(), app_now(), app_now())""",
        [event, region],
    )
    return event


@pytest.mark.parametrize("caller", [OPERATOR, GATEWAY], ids=lambda caller: caller.subject.partition("/")[0])
def test_who_runs_the_house_sees_what_waits_and_what_is_parked(people: RunningRpc, caller: Caller) -> None:
    with people.db.work() as work:
        work.publish(RegionChanged(), aggregate="regions/a")
    event = plant_parked(people.db)
    stub = OperationServiceStub(people.channel_as(caller))
    (health,) = stub.GetHealth(GetHealthRequest()).services
    assert (health.service, health.is_away) == ("people", False)
    assert (waiting(health)["outbox"], waiting(health)["parked"], waiting(health)["set_aside"]) == (1, 1, 0)
    (parked,) = health.parked
    assert (parked.event, parked.type, parked.aggregate) == (f"events/{event}", "made.up.v1.Fact", "toys/1")


def test_an_operator_is_told_only_of_what_is_parked_in_its_own_regions(people: RunningRpc) -> None:
    (own,) = OPERATOR.objects_of("operator")
    here, elsewhere = plant_parked(people.db, f"{own}/a"), plant_parked(people.db, "regions/elsewhere")
    told = {
        caller: {each.event for each in health.parked}
        for caller in (OPERATOR, GATEWAY)
        for health in OperationServiceStub(people.channel_as(caller)).GetHealth(GetHealthRequest()).services
    }
    assert told == {OPERATOR: {f"events/{here}"}, GATEWAY: {f"events/{here}", f"events/{elsewhere}"}}


@pytest.mark.parametrize("caller", [Caller(subject=f"persons/{uuid4()}", roles=("elder@",)), ORDER])
def test_nobody_else_does(people: RunningRpc, caller: Caller) -> None:
    stub = OperationServiceStub(people.channel_as(caller))
    assert reason_of(lambda: stub.GetHealth(GetHealthRequest())) == "ROLE_MISSING"


def test_a_service_whose_database_is_gone_is_told_as_away(people: RunningRpc, database: DatabaseFactory) -> None:
    gone = Database(database("order").urls.app, name="gone")  # never opened
    call = Call(method="", access=Access(allow=["operator"]), caller=OPERATOR, correlation="", traceparent="")
    token = running.set(call)
    try:
        both = Operation({"people": people.core.database, "order": gone}).GetHealth(GetHealthRequest(), None).services
    finally:
        running.reset(token)
    assert [(each.service, each.is_away) for each in both] == [("people", False), ("order", True)]
    assert waiting(both[0])
