"""An elder presses the red key. What must happen, happens; what must not, does not."""

import pytest

from chassis.rpc.client import Refused
from eldercare.device.v1.device_service_pb2 import ListUnknownDevicesRequest
from eldercare.notify.v1.events_pb2 import NobodyReached
from eldercare.notify.v1.message_pb2 import ANSWER_KIND_TAKE_OVER
from eldercare.order.v1 import events_pb2 as facts
from eldercare.order.v1.incident_pb2 import OUTCOME_MIS_TOUCH
from eldercare.order.v1.incident_service_pb2 import CloseIncidentRequest
from eldercare.order.v1.order_pb2 import ORDER_STATE_ASSIGNED
from eldercare.order.v1.order_service_pb2 import AcceptOfferRequest, CancelOrderRequest, ConfirmOrderRequest
from eldercare.payment.v1.events_pb2 import HoldReleased, PaymentSettled
from suite import cast
from suite.audit import audit
from suite.box import Box
from suite.explain import explain
from suite.journals import Journals
from suite.phone import new_request
from suite.seed import go_on_duty
from suite.story import Story
from suite.waiting import until
from suite.watch import Status, WatchLine
from tests.support.house import House
from tests.support.visit import Visit

STEPS = [
    "frame_received",
    "frame_acknowledged",
    "alarm_raised",
    "incident_opened",
    "order_placed",
    "worker_offered",
    "family_notified",
    "order_accepted",
    "worker_arrived",
    "service_completed",
    "incident_closed",
    "payment_settled",
]


def test_a_press_becomes_a_settled_order_and_every_store_agrees(box: Box, journals: Journals) -> None:
    told = Story(box.state(), journals).play()
    assert [step.name for step in told.steps] == STEPS
    assert told.voucher_fen + told.secure_fen == told.price_fen > 0
    assert (told.voucher_fen, told.secure_fen) == (500, 300)
    until(lambda: not audit(journals).breaches, "no breach")


def test_sos_fall_and_low_battery_in_one_frame_are_one_incident_and_one_task(house: House) -> None:
    house.press(Status.SOS | Status.FALL | Status.LOW_BATTERY)
    alarms = house.alarms(3)
    assert [alarm.kind for alarm in alarms] == ["sos_press", "fall", "low_power"]
    incident = house.incident()
    house.sees(facts.AlarmAttached, lambda fact: fact.incident == incident.incident)
    house.sees(facts.TaskOpened, lambda fact: fact.device == house.household.device)
    assert len(house.look_at_incident(incident.incident).alarms) == 2


def test_a_second_press_joins_the_open_incident_and_is_not_swallowed(house: House) -> None:
    house.press()
    incident = house.incident()
    house.press(Status.SOS | Status.STATE_MOTION)
    house.sees(facts.AlarmAttached, lambda fact: fact.incident == incident.incident)
    assert len(house.all(facts.IncidentOpened, lambda fact: fact.person == house.household.elder)) == 1


def test_a_press_without_a_position_is_still_an_incident_near_home(house: House) -> None:
    house.press(with_fix=False)
    assert house.incident().cell != ""


def test_the_first_worker_to_accept_has_the_order_and_the_other_is_told(house: House) -> None:
    house.press()
    name = house.offered_to(cast.NEAR_WORKER)
    house.offered_to(cast.FAR_WORKER)
    Visit(house.phone(cast.NEAR_WORKER), name).accept()
    with pytest.raises(Refused, match="OFFER_GONE"):
        house.phone(cast.FAR_WORKER).orders.AcceptOffer(AcceptOfferRequest(request_id=new_request(), name=name))
    assert house.look_at_order(name).state == ORDER_STATE_ASSIGNED
    incident = house.incident().incident
    house.message_to(cast.FAR_WORKER.name, incident)


def test_nobody_answers_and_the_duty_desk_is_called(house: House) -> None:
    house.press()
    incident = house.incident().incident
    house.message_to(house.household.family, incident)
    house.pass_time_until(
        lambda: house.all(NobodyReached, lambda fact: fact.incident == incident), "nobody reached", minutes=2
    )
    house.message_to(cast.CITY, incident)
    house.answer(cast.OPERATOR, incident, ANSWER_KIND_TAKE_OVER)
    house.sees(
        facts.ResponsibilityMoved,
        lambda fact: (fact.incident, fact.responsible) == (incident, cast.OPERATOR.name),
    )


def test_nobody_accepts_and_the_order_goes_ring_by_ring_to_the_duty_desk(house: House) -> None:
    house.press()
    name = house.order().order
    house.pass_time_until(
        lambda: house.all(facts.OrderUnanswered, lambda fact: fact.order == name), "unanswered", minutes=1
    )
    for worker in (cast.NEAR_WORKER, cast.FAR_WORKER):
        go_on_duty(house.phone(worker), worker, house.now())


def test_an_incident_cannot_be_closed_over_an_open_order(house: House) -> None:
    house.press()
    house.order()
    closing = CloseIncidentRequest(request_id=new_request(), name=house.incident().incident, outcome=OUTCOME_MIS_TOUCH)
    with pytest.raises(Refused, match="ORDER"):
        house.phone(cast.OPERATOR).incidents.CloseIncident(closing)


def test_a_cancelled_visit_gives_the_held_money_back(house: House) -> None:
    house.press()
    name = house.offered_to(cast.NEAR_WORKER)
    Visit(house.phone(cast.NEAR_WORKER), name).accept()
    desk = house.phone(cast.OPERATOR)
    desk.orders.CancelOrder(CancelOrderRequest(request_id=new_request(), name=name, reason="not_needed"))
    house.sees(HoldReleased, lambda fact: fact.order == name)


def test_a_completed_order_confirms_itself_after_two_days_and_is_paid_once(house: House) -> None:
    house.press()
    name = house.offered_to(cast.NEAR_WORKER)
    visit = Visit(house.phone(cast.NEAR_WORKER), name)
    visit.whole(house.household, house.now())
    visit.close(house.incident().incident)
    house.push_clock(hours=49)
    house.sees(PaymentSettled, lambda fact: fact.order == name)
    with pytest.raises(Refused):
        house.phone(cast.OPERATOR).orders.ConfirmOrder(ConfirmOrderRequest(request_id=new_request(), name=name))
    assert len(house.all(PaymentSettled, lambda fact: fact.order == name)) == 1
    for worker in (cast.NEAR_WORKER, cast.FAR_WORKER):
        go_on_duty(house.phone(worker), worker, house.now())


def test_an_unknown_watch_is_refused_kept_and_shown(house: House) -> None:
    line = WatchLine(house.state.watch, "9990001112", patience_s=2)
    with pytest.raises((ConnectionError, TimeoutError)):
        line.hello()

    def shown() -> bool:
        asked = ListUnknownDevicesRequest(page_size=100)
        devices = house.phone(cast.OPERATOR).devices.ListUnknownDevices(asked).devices
        return any(device.identity == "9990001112" and device.frame_count > 0 for device in devices)

    until(shown, "the unknown watch is shown")


def test_every_step_can_be_explained_from_the_number_said_on_the_phone_or_the_story(house: House) -> None:
    house.press()
    name = house.offered_to(cast.NEAR_WORKER)
    house.message_to(house.household.family, house.incident().incident)
    of_order = "SELECT correlation FROM events WHERE aggregate = %s"
    story = next(row["correlation"] for row in house.journals.connections["order"].execute(of_order, [name]))
    for said in (house.look_at_order(name).number, story):
        told = {line.what for line in explain(house.journals, said)}
        assert {"AlarmRaised", "IncidentOpened", "OrderOffered", "MessageSent", "dispatch decision"} <= told
