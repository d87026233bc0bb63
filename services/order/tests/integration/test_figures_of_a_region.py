"""What a supervisor reads: counts and delays of a region, and nobody's name."""

from datetime import timedelta
from functools import partial

from chassis.context import Caller
from eldercare.order.v1 import incident_pb2, incident_service_pb2, order_pb2
from order_service.incident.domain.words import Outcome
from order_service.incident.use_cases import close_incident
from services.order.tests.callers import DESK, FAR_DESK, Incidents, asked, person, refusal
from services.order.tests.cast import BO, CHEN, DISTRICT, ELDER, FAR_DISTRICT, OPERATOR
from services.order.tests.duty_room import DutyRoom, stamped

SUPERVISOR = Caller(subject="persons/made-up-supervisor", roles=(f"supervisor@{DISTRICT}",))
MINE = incident_service_pb2.GetFiguresRequest(region=DISTRICT)


def test_incidents_by_outcome_orders_by_state_and_how_soon_somebody_came(room: DutyRoom, incidents: Incidents) -> None:
    order = asked(room)
    incident = str(room.order(order)["incident"])
    room.db.push_clock(seconds=60)
    room.accept(order, BO)
    room.db.push_clock(seconds=240)
    room.arrive(order, BO)
    room.press(person="persons/made-up-second")
    room.press(region=FAR_DISTRICT, person="persons/far-away")
    seen = incidents(SUPERVISOR).GetFigures(MINE)
    assert [(each.outcome, each.count) for each in seen.incidents] == [(incident_pb2.OUTCOME_UNSPECIFIED, 2)]
    states = {each.state: each.count for each in seen.orders}
    assert states[order_pb2.ORDER_STATE_ARRIVED] == 1
    assert sum(states.values()) == 2
    assert (seen.accept_delay.count, seen.arrive_delay.count) == (1, 1)
    assert 60 <= seen.accept_delay.median_s < 240
    assert seen.arrive_delay.median_s >= 300
    assert seen.arrive_delay.p90_s == seen.arrive_delay.median_s
    assert incident not in str(seen)


def test_a_closed_incident_counts_by_its_outcome(room: DutyRoom, incidents: Incidents) -> None:
    order = asked(room)
    room.visit(order, CHEN)
    with room.work(OPERATOR) as work:
        incident = str(room.order(order)["incident"])
        close_incident(work, incident, Outcome.MIS_TOUCH, closer=OPERATOR, is_operator=True)
    (only,) = incidents(DESK).GetFigures(MINE).incidents
    assert (only.outcome, only.count) == (incident_pb2.OUTCOME_MIS_TOUCH, 1)


def test_nothing_happened_outside_of_the_period_and_a_period_ends_after_it_starts(
    room: DutyRoom, incidents: Incidents
) -> None:
    room.press()
    now = room.db.now()
    long_ago = now - timedelta(days=400)
    past = incident_service_pb2.GetFiguresRequest(region=DISTRICT, end_time=stamped(long_ago))
    seen = incidents(SUPERVISOR).GetFigures(past)
    assert (len(seen.incidents), len(seen.orders), seen.accept_delay.count) == (0, 0, 0)
    for start, end in ((now, long_ago), (long_ago, now), (now, now)):
        wrong = incident_service_pb2.GetFiguresRequest(
            region=DISTRICT, start_time=stamped(start), end_time=stamped(end)
        )
        assert refusal(partial(incidents(SUPERVISOR).GetFigures, wrong)) == "PERIOD_WRONG"


def test_figures_are_of_the_callers_own_region_only(incidents: Incidents) -> None:
    for stranger in (FAR_DESK, person(ELDER), person(BO.name)):
        assert refusal(partial(incidents(stranger).GetFigures, MINE)) == "NOT_YOUR_REGION"
