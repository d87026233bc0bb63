"""The calls as apps, operators and services make them: signed, checked, refused by name."""

from collections.abc import Callable
from functools import partial
from uuid import uuid4

import pytest

from chassis.cells import cell_of
from chassis.context import Caller
from chassis.rpc.client import Refused
from eldercare.order.v1 import incident_pb2, incident_service_pb2, order_pb2, order_service_pb2
from eldercare.order.v1.incident_service_pb2_grpc import IncidentServiceStub
from eldercare.order.v1.order_service_pb2_grpc import CatalogueServiceStub, DutyServiceStub, OrderServiceStub
from services.order.tests.cast import (
    BO,
    CHEN,
    DAUGHTER,
    DISTRICT,
    ELDER,
    FAR_DISTRICT,
    GARDEN,
    HOME,
    OPERATOR,
    OTHER_ELDER,
    PROVIDER,
    SON,
    WATCH,
)
from services.order.tests.duty_room import DutyRoom, stamped
from suite.testing import RpcFactory, RunningRpc

DESK = Caller(subject=OPERATOR, roles=(f"operator@{DISTRICT}",))
FAR_DESK = Caller(subject="persons/far-desk", roles=(f"operator@{FAR_DISTRICT}",))


def person(name: str) -> Caller:
    return Caller(subject=name, roles=())


@pytest.fixture
def served(room: DutyRoom, rpc: RpcFactory) -> RunningRpc:
    """People, device and notify cannot be reached."""
    nowhere = {f"ELDERCARE_RPC_{name}": "127.0.0.1:1" for name in ("PEOPLE", "DEVICE", "NOTIFY")}
    return rpc("order", db=room.db, environ=nowhere)


@pytest.fixture
def orders(served: RunningRpc) -> Callable[[Caller], OrderServiceStub]:
    return lambda caller: OrderServiceStub(served.channel_as(caller))


@pytest.fixture
def incidents(served: RunningRpc) -> Callable[[Caller], IncidentServiceStub]:
    return lambda caller: IncidentServiceStub(served.channel_as(caller))


Orders = Callable[[Caller], OrderServiceStub]
Incidents = Callable[[Caller], IncidentServiceStub]


def asked(room: DutyRoom) -> str:
    """An order that Bo and Chen were asked to take."""
    room.on_duty(BO, CHEN)
    order = room.order_of(room.press())
    room.search()
    return order


def here(*, accuracy_m: float = 10) -> order_pb2.Position:
    return order_pb2.Position(lat=HOME[0], lon=HOME[1], accuracy_m=accuracy_m)


def new() -> str:
    return str(uuid4())


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.reason


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


def test_loser_of_the_race_learns_it_by_name(room: DutyRoom, orders: Orders) -> None:
    order = asked(room)
    accept = order_service_pb2.AcceptOfferRequest(request_id=new(), name=order)
    accepted = orders(person(BO.name)).AcceptOffer(accept)
    assert accepted.state == order_pb2.ORDER_STATE_ASSIGNED
    assert refusal(lambda: orders(person(CHEN.name)).AcceptOffer(accept)) == "OFFER_GONE"
    assert orders(person(BO.name)).AcceptOffer(accept) == accepted


def test_stranger_cannot_tell_an_order_that_exists_from_one_that_does_not(room: DutyRoom, orders: Orders) -> None:
    real = order_service_pb2.GetOrderRequest(name=asked(room))
    unreal = order_service_pb2.GetOrderRequest(name=f"orders/{new()}")
    for stranger in (person(OTHER_ELDER), person(SON), FAR_DESK):
        stub = orders(stranger)
        assert refusal(partial(stub.GetOrder, real)) == refusal(partial(stub.GetOrder, unreal)) == "NOT_FOUND"


def test_visit_code_is_shown_to_elder_family_and_desk_but_not_to_the_worker(room: DutyRoom, orders: Orders) -> None:
    request = order_service_pb2.GetOrderRequest(name=asked(room))
    codes = {orders(caller).GetOrder(request).visit_code for caller in (person(ELDER), person(DAUGHTER), DESK)}
    assert len(codes) == 1
    assert len(codes.pop()) == 6
    for caller in (person(BO.name), Caller(subject="services/notify")):
        assert orders(caller).GetOrder(request).visit_code == ""


def test_worker_arrives_with_the_code_the_elder_reads_out(room: DutyRoom, orders: Orders) -> None:
    order = asked(room)
    bo = orders(person(BO.name))
    bo.AcceptOffer(order_service_pb2.AcceptOfferRequest(request_id=new(), name=order))
    code = orders(person(ELDER)).GetOrder(order_service_pb2.GetOrderRequest(name=order)).visit_code
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(2):
        request = order_service_pb2.ArriveRequest(request_id=new(), name=order, visit_code=wrong)
        assert refusal(partial(bo.Arrive, request)) == "VISIT_CODE_WRONG"
    assert len(room.rows("SELECT * FROM wrong_codes")) == 2
    arrived = bo.Arrive(order_service_pb2.ArriveRequest(request_id=new(), name=order, visit_code=code))
    assert arrived.arrival_proof == "code"


def test_arrival_counts_by_the_cell_while_people_and_device_cannot_be_reached(room: DutyRoom, orders: Orders) -> None:
    order = asked(room)
    bo = orders(person(BO.name))
    bo.AcceptOffer(order_service_pb2.AcceptOfferRequest(request_id=new(), name=order))
    nothing = order_service_pb2.ArriveRequest(request_id=new(), name=order)
    assert refusal(lambda: bo.Arrive(nothing)) == "ARRIVAL_NOT_PROVEN"
    vague = order_service_pb2.ArriveRequest(request_id=new(), name=order, position=here(accuracy_m=0))
    assert refusal(lambda: bo.Arrive(vague)) == "POSITION_TOO_VAGUE"
    arrived = bo.Arrive(order_service_pb2.ArriveRequest(request_id=new(), name=order, position=here()))
    assert arrived.arrival_proof == "position"


def test_another_worker_cannot_arrive_and_the_desk_can_say_that_they_did(room: DutyRoom, orders: Orders) -> None:
    order = asked(room)
    orders(person(BO.name)).AcceptOffer(order_service_pb2.AcceptOfferRequest(request_id=new(), name=order))
    arrive = order_service_pb2.ArriveRequest(request_id=new(), name=order, position=here())
    assert refusal(lambda: orders(person(CHEN.name)).Arrive(arrive)) == "NOT_YOUR_VISIT"
    assert (
        orders(DESK).Arrive(order_service_pb2.ArriveRequest(request_id=new(), name=order)).arrival_proof == "operator"
    )


def test_visit_from_departure_to_confirmation_by_family_with_the_right(room: DutyRoom, orders: Orders) -> None:
    order = asked(room)
    bo = orders(person(BO.name))
    room.person(SON, ("FAMILY", ELDER), rights=())
    bo.AcceptOffer(order_service_pb2.AcceptOfferRequest(request_id=new(), name=order))
    bo.Depart(order_service_pb2.DepartRequest(request_id=new(), name=order))
    bo.Arrive(order_service_pb2.ArriveRequest(request_id=new(), name=order, position=here()))
    bo.StartService(order_service_pb2.StartServiceRequest(request_id=new(), name=order))
    done = bo.CompleteService(order_service_pb2.CompleteServiceRequest(request_id=new(), name=order, hand_over="safe"))
    assert (done.verified_minutes, done.price.minor) == (1, 200)
    confirm = order_service_pb2.ConfirmOrderRequest(request_id=new(), name=order)
    assert refusal(lambda: orders(person(SON)).ConfirmOrder(confirm)) == "RIGHT_MISSING"
    confirmed = orders(person(DAUGHTER)).ConfirmOrder(confirm)
    assert confirmed.state == order_pb2.ORDER_STATE_CONFIRMED
    assert not confirmed.HasField("deadline_time")


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


def test_lists_stay_inside_the_region_of_the_desk(room: DutyRoom, incidents: Incidents, orders: Orders) -> None:
    room.press(region=FAR_DISTRICT, person="persons/far-away")
    room.press()
    (near,) = orders(DESK).ListOrders(order_service_pb2.ListOrdersRequest(region=DISTRICT)).orders
    assert near.person == ELDER
    everywhere = order_service_pb2.ListOrdersRequest(region="regions/demo-city")
    assert refusal(lambda: orders(DESK).ListOrders(everywhere)) == "NOT_YOUR_REGION"
    forged = incident_service_pb2.ListIncidentsRequest(region=DISTRICT, page_token="bm90IG91cnM=")
    assert refusal(lambda: incidents(DESK).ListIncidents(forged)) == "PAGE_TOKEN_WRONG"


def test_everyone_finds_their_own_orders(room: DutyRoom, orders: Orders) -> None:
    order = asked(room)
    mine = order_service_pb2.ListMyOrdersRequest()
    for name in (ELDER, DAUGHTER, BO.name, CHEN.name):
        assert [each.name for each in orders(person(name)).ListMyOrders(mine).orders] == [order]
    orders(person(BO.name)).AcceptOffer(order_service_pb2.AcceptOfferRequest(request_id=new(), name=order))
    assert list(orders(person(CHEN.name)).ListMyOrders(mine).orders) == []


def test_elder_orders_a_meal_and_the_desk_finds_it_by_phone(orders: Orders) -> None:
    meal = order_service_pb2.PlaceOrderRequest(request_id=new(), person=ELDER, item="items/meal")
    placed = orders(person(ELDER)).PlaceOrder(meal)
    found = orders(DESK).FindOrder(order_service_pb2.FindOrderRequest(number=placed.number, region=DISTRICT))
    assert found.name == placed.name
    misheard = order_service_pb2.FindOrderRequest(number="000000", region=DISTRICT)
    assert refusal(lambda: orders(DESK).FindOrder(misheard)) == "NUMBER_MISHEARD"


def test_desk_reads_why_these_workers_were_asked(room: DutyRoom, orders: Orders) -> None:
    request = order_service_pb2.ListDispatchDecisionsRequest(name=asked(room))
    (decision,) = orders(DESK).ListDispatchDecisions(request).decisions
    assert (decision.ring, decision.radius_m, decision.rule) == (1, 1_000, "rule:rings-urgent/1")
    assert [(each.worker, each.offered) for each in decision.candidates] == [(BO.name, True), (CHEN.name, True)]
    assert refusal(lambda: orders(person(BO.name)).ListDispatchDecisions(request)) == "NOT_FOUND"


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


def test_catalogue_holds_what_policies_order_and_refuses_a_cap_below_one_minute(served: RunningRpc) -> None:
    desk, elder = (CatalogueServiceStub(served.channel_as(caller)) for caller in (DESK, person(ELDER)))
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


def test_booking_in_the_past_is_refused(room: DutyRoom, orders: Orders) -> None:
    long_ago = stamped(room.db.now().replace(year=1999))
    request = order_service_pb2.PlaceOrderRequest(request_id=new(), person=ELDER, item="items/meal", book_time=long_ago)
    assert refusal(lambda: orders(person(ELDER)).PlaceOrder(request)) == "BOOK_TIME_PASSED"
