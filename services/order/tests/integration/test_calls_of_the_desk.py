"""Calls about incidents, upkeep, duty and the catalogue."""

from chassis.cells import cell_of
from chassis.context import Caller
from eldercare.order.v1 import incident_pb2, incident_service_pb2, order_pb2, order_service_pb2
from eldercare.order.v1.order_service_pb2_grpc import CatalogueServiceStub, DutyServiceStub
from services.order.tests.callers import CITY_DESK, DESK, Incidents, Orders, asked, here, new, person, refusal
from services.order.tests.cast import (
    BO,
    CHEN,
    DISTRICT,
    ELDER,
    FAR_DISTRICT,
    GARDEN,
    HOME,
    OPERATOR,
    PROVIDER,
    WATCH,
)
from services.order.tests.duty_room import DutyRoom
from suite.testing import RunningRpc


def test_device_hands_an_alarm_over_and_a_repeat_gives_the_same_incident(incidents: Incidents) -> None:
    stub, frame = incidents(Caller(subject="services/device")), new()
    request = incident_service_pb2.OpenIncidentRequest(
        request_id=new(),
        alarm=f"alarms/{new()}",
        device=WATCH,
        person=ELDER,
        region=GARDEN,
        cell=cell_of(*HOME),
        kind="sos_press",
        correlation=frame,
    )
    assert stub.OpenIncident(request).name == stub.OpenIncident(request).name == f"incidents/{frame}"
    request.request_id = new()
    assert stub.OpenIncident(request).name == f"incidents/{frame}"
    assert refusal(lambda: incidents(DESK).OpenIncident(request)) == "ROLE_MISSING"


def test_desk_sees_open_incidents_first_takes_one_over_and_closes_it(
    room: DutyRoom, incidents: Incidents, orders: Orders
) -> None:
    names = [room.press(person=f"persons/made-up-{number}") for number in range(5)]
    desk = incidents(DESK)
    taken = desk.TakeOver(incident_service_pb2.TakeOverRequest(request_id=new(), name=names[0]))
    assert taken.responsible == OPERATOR
    close = incident_service_pb2.CloseIncidentRequest(
        request_id=new(), name=names[0], outcome=incident_pb2.OUTCOME_MIS_TOUCH
    )
    assert refusal(lambda: desk.CloseIncident(close)) == "ORDER_UNFINISHED"
    cancel = order_service_pb2.CancelOrderRequest(request_id=new(), name=taken.orders[0], reason="not_needed")
    orders(DESK).CancelOrder(cancel)
    closed = desk.CloseIncident(close)
    assert closed.outcome == incident_pb2.OUTCOME_MIS_TOUCH
    seen: list[str] = []
    token = ""
    while not seen or token:
        page = desk.ListIncidents(
            incident_service_pb2.ListIncidentsRequest(region=DISTRICT, page_size=2, page_token=token)
        )
        seen += [incident.name for incident in page.incidents]
        token = page.next_page_token
    assert sorted(seen) == sorted(names)
    assert seen[-1] == names[0]
    only_open = desk.ListIncidents(incident_service_pb2.ListIncidentsRequest(region=GARDEN, open_only=True))
    assert len(only_open.incidents) == 4


def test_worker_who_was_asked_once_may_look_at_the_order_but_not_at_the_incident(
    room: DutyRoom, incidents: Incidents, orders: Orders
) -> None:
    order = asked(room)
    incident = incident_service_pb2.GetIncidentRequest(name=str(room.order(order)["incident"]))
    bo, chen = person(BO.name), person(CHEN.name)
    assert incidents(chen).GetIncident(incident).name == incident.name
    room.accept(order, BO)
    assert incidents(bo).GetIncident(incident).name == incident.name
    assert refusal(lambda: incidents(chen).GetIncident(incident)) == "NOT_FOUND"
    assert orders(chen).GetOrder(order_service_pb2.GetOrderRequest(name=order)).name == order
    orders(DESK).CancelOrder(order_service_pb2.CancelOrderRequest(request_id=new(), name=order, reason="not_needed"))
    assert refusal(lambda: incidents(bo).GetIncident(incident)) == "NOT_FOUND"


def test_lists_stay_inside_the_region_of_the_desk(room: DutyRoom, incidents: Incidents, orders: Orders) -> None:
    room.press(region=FAR_DISTRICT, person="persons/far-away")
    room.press()
    (near,) = orders(DESK).ListOrders(order_service_pb2.ListOrdersRequest(region=DISTRICT)).orders
    assert near.person == ELDER
    everywhere = order_service_pb2.ListOrdersRequest(region="regions/demo-city")
    assert refusal(lambda: orders(DESK).ListOrders(everywhere)) == "NOT_YOUR_REGION"
    forged = incident_service_pb2.ListIncidentsRequest(region=DISTRICT, page_token="bm90IG91cnM=")
    assert refusal(lambda: incidents(DESK).ListIncidents(forged)) == "PAGE_TOKEN_WRONG"


def test_only_workers_and_volunteers_go_on_duty(room: DutyRoom, served: RunningRpc) -> None:
    room.person(BO.name, ("WORKER", PROVIDER))
    bo, elder = (DutyServiceStub(served.channel_as(person(name))) for name in (BO.name, ELDER))
    report = order_service_pb2.ReportPositionRequest(request_id=new(), position=here())
    assert refusal(lambda: bo.ReportPosition(report)) == "NOT_ON_DUTY"
    assert bo.GoOnDuty(order_service_pb2.GoOnDutyRequest(request_id=new(), position=here())).on_duty
    report.request_id = new()
    assert bo.ReportPosition(report).on_duty
    assert not bo.GoOffDuty(order_service_pb2.GoOffDutyRequest(request_id=new())).on_duty
    on_duty = order_service_pb2.GoOnDutyRequest(request_id=new(), position=here())
    assert refusal(lambda: elder.GoOnDuty(on_duty)) == "NO_WORKER"


def test_desk_sees_who_is_on_duty_in_its_region_at_a_coarse_place_and_who_is_busy(
    room: DutyRoom, served: RunningRpc
) -> None:
    order = asked(room)
    room.accept(order, BO)
    room.person("persons/far-away", ("WORKER", PROVIDER), region=FAR_DISTRICT)
    desk = DutyServiceStub(served.channel_as(DESK))
    first = desk.ListDuties(order_service_pb2.ListDutiesRequest(region=DISTRICT, page_size=1))
    rest = desk.ListDuties(
        order_service_pb2.ListDutiesRequest(region=DISTRICT, page_size=1, page_token=first.next_page_token)
    )
    seen = {duty.worker: duty for duty in (*first.duties, *rest.duties)}
    assert set(seen) == {BO.name, CHEN.name}
    assert (seen[BO.name].order, seen[CHEN.name].order) == (order, "")
    assert all(len(duty.cell) == 7 and duty.on_duty and duty.HasField("position_time") for duty in seen.values())
    everywhere = order_service_pb2.ListDutiesRequest(region="regions/demo-city")
    assert refusal(lambda: desk.ListDuties(everywhere)) == "NOT_YOUR_REGION"


def test_catalogue_holds_what_policies_order_and_refuses_a_cap_below_one_minute(served: RunningRpc) -> None:
    callers = (CITY_DESK, DESK, person(ELDER))
    desk, district, elder = (CatalogueServiceStub(served.channel_as(caller)) for caller in callers)
    names = [item.name for item in elder.ListItems(order_service_pb2.ListItemsRequest()).items]
    assert names == ["items/cleaning", "items/meal", "items/urgent-visit"]
    item = order_pb2.Item(
        name="items/bath",
        service_class="nursing",
        price_per_minute=order_pb2.Amount(minor=300, asset="CNY"),
        price_cap=order_pb2.Amount(minor=9_000, asset="CNY"),
        planned_minutes=30,
        certificates=["nursing"],
    )
    put = order_service_pb2.PutItemRequest(request_id=new(), item=item)
    assert refusal(lambda: district.PutItem(put)) == "CATALOGUE_IS_CITYWIDE"
    assert desk.PutItem(put) == item
    assert refusal(lambda: elder.PutItem(put)) == "ROLE_MISSING"
    item.price_cap.minor = 100
    worse = order_service_pb2.PutItemRequest(request_id=new(), item=item)
    assert refusal(lambda: desk.PutItem(worse)) == "PRICE_NOT_PAYABLE"


def test_desk_finishes_upkeep_of_a_watch(room: DutyRoom, incidents: Incidents) -> None:
    task = room.press("low_power")
    desk = incidents(DESK)
    (listed,) = desk.ListTasks(incident_service_pb2.ListTasksRequest(region=DISTRICT)).tasks
    assert (listed.name, listed.kind, len(listed.alarms)) == (task, "low_power", 1)
    assert desk.CompleteTask(incident_service_pb2.CompleteTaskRequest(request_id=new(), name=task)).HasField(
        "done_time"
    )
    again = incident_service_pb2.CompleteTaskRequest(request_id=new(), name=task)
    assert refusal(lambda: desk.CompleteTask(again)) == "TASK_ALREADY_DONE"
