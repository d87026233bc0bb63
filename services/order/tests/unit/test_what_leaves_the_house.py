from dataclasses import fields
from typing import get_args

import pytest

from eldercare.order.v1 import events_pb2, incident_pb2
from order_service.contract import PUBLISHED, to_event, uuid_of
from order_service.incident.domain.facts import IncidentClosed, IncidentFact
from order_service.incident.domain.words import Outcome
from order_service.task.domain import TaskFact
from order_service.visit.domain.facts import OrderFact
from services.order.tests.cast import BO, OPERATOR
from services.order.tests.unit.orders import completed


@pytest.mark.parametrize("fact", PUBLISHED, ids=lambda fact: fact.__name__)
def test_fact_and_event_have_the_same_name_and_fields(fact: type) -> None:
    event = PUBLISHED[fact].DESCRIPTOR
    assert event.name == fact.__name__
    assert {each.name for each in fields(fact)} == set(event.fields_by_name)


def test_every_fact_leaves_and_every_event_has_its_fact() -> None:
    facts = {*get_args(IncidentFact), *get_args(OrderFact), *get_args(TaskFact)}
    assert set(PUBLISHED) == facts
    assert {event.DESCRIPTOR.name for event in PUBLISHED.values()} == set(events_pb2.DESCRIPTOR.message_types_by_name)


def test_times_amounts_lists_and_outcomes_are_carried() -> None:
    told = {type(fact).__name__: to_event(fact) for fact in completed(BO.name).facts}
    done = told["ServiceCompleted"]
    assert isinstance(done, events_pb2.ServiceCompleted)
    assert (done.price.minor, done.price.asset, done.verified_minutes) == (4_000, "CNY", 20)
    assert done.confirm_due_time.seconds > 0
    offered = told["OrderOffered"]
    assert isinstance(offered, events_pb2.OrderOffered)
    assert list(offered.workers) == [BO.name]
    closed = to_event(IncidentClosed(incident="incidents/x", outcome=Outcome.MIS_TOUCH, closer=OPERATOR))
    assert isinstance(closed, events_pb2.IncidentClosed)
    assert closed.outcome == incident_pb2.OUTCOME_MIS_TOUCH


def test_incident_name_holds_its_correlation() -> None:
    assert uuid_of("incidents/0190-a") == "0190-a"
