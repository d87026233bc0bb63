"""A provider's own system: hears of offers, takes them, sends its worker, and sees nothing that is another's."""

from collections.abc import Callable
from functools import partial

import pytest

from eldercare.order.v1 import order_pb2, order_service_pb2
from eldercare.order.v1 import provider_service_pb2 as api
from eldercare.order.v1.events_pb2 import OfferDeclined, OrderAccepted, OrderConfirmed, WorkerReplaced
from eldercare.order.v1.incident_service_pb2 import GetIncidentRequest
from eldercare.order.v1.order_service_pb2_grpc import OrderServiceStub
from eldercare.order.v1.provider_service_pb2_grpc import ProviderServiceStub
from services.order.tests.callers import Incidents, Orders, asked, new, person, refusal
from services.order.tests.cast import BO, CHEN, DENG, ELDER, PROVIDER
from services.order.tests.duty_room import DutyRoom
from services.order.tests.provider_room import PEAR, STRANGE, Systems, by_providers, furnish, news, ordered, system
from suite.testing import RunningRpc

EVIDENCE = "ab" * 32


@pytest.fixture
def room(room: DutyRoom) -> DutyRoom:
    return furnish(room)


@pytest.fixture
def systems(served: RunningRpc) -> Systems:
    return lambda provider: ProviderServiceStub(served.channel_as(system(provider)))


def accept(stub: ProviderServiceStub, order: str) -> order_pb2.Order:
    return stub.AcceptOffer(order_service_pb2.AcceptOfferRequest(request_id=new(), name=order))


def assign(stub: ProviderServiceStub, order: str, worker: str) -> order_pb2.Order:
    return stub.AssignWorker(api.AssignWorkerRequest(request_id=new(), name=order, worker=worker))


def replace(stub: ProviderServiceStub, order: str, worker: str) -> order_pb2.Order:
    return stub.ReplaceWorker(api.ReplaceWorkerRequest(request_id=new(), name=order, worker=worker))


def test_a_provider_takes_an_order_sends_its_worker_and_finishes_with_evidence(
    room: DutyRoom, systems: Systems, orders: Orders
) -> None:
    order, plum = ordered(room), systems(PROVIDER)
    assert accept(plum, order).state == order_pb2.ORDER_STATE_ACCEPTED
    assert not room.told(OrderAccepted)
    assert assign(plum, order, BO.name).state == order_pb2.ORDER_STATE_ASSIGNED
    (told,) = room.told(OrderAccepted)
    assert (told.worker, told.provider) == (BO.name, PROVIDER)
    plum.Depart(order_service_pb2.DepartRequest(request_id=new(), name=order))
    code = orders(person(ELDER)).GetOrder(order_service_pb2.GetOrderRequest(name=order)).visit_code
    arrived = plum.Arrive(order_service_pb2.ArriveRequest(request_id=new(), name=order, visit_code=code))
    assert arrived.arrival_proof == "code"
    plum.StartService(order_service_pb2.StartServiceRequest(request_id=new(), name=order))
    done = plum.CompleteService(
        order_service_pb2.CompleteServiceRequest(request_id=new(), name=order, hand_over="safe", evidence=[EVIDENCE])
    )
    assert (done.state, list(done.evidence)) == (order_pb2.ORDER_STATE_COMPLETED, [EVIDENCE])
    orders(person(ELDER)).ConfirmOrder(order_service_pb2.ConfirmOrderRequest(request_id=new(), name=order))
    (confirmed,) = room.told(OrderConfirmed)
    assert confirmed.provider == PROVIDER


def test_the_first_provider_that_accepts_has_it_and_the_other_learns_only_that_it_is_gone(
    room: DutyRoom, systems: Systems, served: RunningRpc
) -> None:
    order = ordered(room)
    accept(systems(PROVIDER), order)
    assert refusal(partial(accept, systems(PEAR), order)) == "OFFER_GONE"
    offered, withdrawn = news(served, PEAR, 2)
    assert (offered.news, withdrawn.news) == (api.OFFER_NEWS_OFFERED, api.OFFER_NEWS_WITHDRAWN)
    assert withdrawn.reason == "taken"
    assert PROVIDER not in str(withdrawn.order)
    assert ELDER not in str(withdrawn.order)


def test_the_worker_is_of_that_provider_and_qualified(room: DutyRoom, systems: Systems) -> None:
    order, plum = ordered(room), systems(PROVIDER)
    accept(plum, order)
    assert refusal(partial(assign, plum, order, CHEN.name)) == "WORKER_NOT_QUALIFIED"
    assert refusal(partial(assign, plum, order, ELDER)) == "WORKER_NOT_QUALIFIED"
    assert refusal(partial(assign, systems(PEAR), order, CHEN.name)) == "NOT_YOUR_VISIT"
    assign(plum, order, BO.name)
    assert refusal(partial(assign, plum, order, CHEN.name)) == "ORDER_NOT_THERE"


def test_nobody_accepts_and_the_next_ring_asks_who_was_not_asked_in_vain(room: DutyRoom, systems: Systems) -> None:
    order = ordered(room)
    decline = order_service_pb2.DeclineOfferRequest(request_id=new(), name=order)
    systems(PEAR).DeclineOffer(decline)
    (told,) = room.told(OfferDeclined)
    assert (told.worker, told.provider) == ("", PEAR)
    assert room.offered(order) == {PROVIDER}
    for _ in range(5):
        room.wait(minutes=30)
    assert room.order(order)["round"] > 1
    assert room.offered(order) == {PROVIDER}


def test_a_provider_that_names_nobody_in_time_loses_the_order_to_another(
    room: DutyRoom, systems: Systems, served: RunningRpc
) -> None:
    order = ordered(room)
    accept(systems(PROVIDER), order)
    room.wait(hours=1)
    assert room.order(order)["state"] == "missed"
    (again,) = room.rows("SELECT name FROM orders WHERE replaces = %s", order)
    assert room.offered(again["name"]) == {PEAR}
    assert [each.news for each in news(served, PROVIDER, 2)] == [api.OFFER_NEWS_OFFERED, api.OFFER_NEWS_RELEASED]


def test_orders_are_listed_page_by_page_and_only_the_own(room: DutyRoom, systems: Systems) -> None:
    names = [ordered(room) for _ in range(3)]
    accept(systems(PROVIDER), names[0])
    plum, pear = systems(PROVIDER), systems(PEAR)
    first = plum.ListMyOrders(order_service_pb2.ListMyOrdersRequest(page_size=2))
    rest = plum.ListMyOrders(order_service_pb2.ListMyOrdersRequest(page_size=2, page_token=first.next_page_token))
    assert {each.name for each in [*first.orders, *rest.orders]} == set(names)
    assert {each.name for each in pear.ListMyOrders(order_service_pb2.ListMyOrdersRequest()).orders} == set(names[1:])
    assert not systems(STRANGE).ListMyOrders(order_service_pb2.ListMyOrdersRequest()).orders


def test_another_worker_of_the_provider_goes_instead_until_the_first_one_is_there(
    room: DutyRoom, systems: Systems, orders: Orders
) -> None:
    order, plum = ordered(room), systems(PROVIDER)
    accept(plum, order)
    assert refusal(partial(replace, plum, order, DENG.name)) == "ORDER_NOT_THERE"
    promised = assign(plum, order, BO.name).deadline_time
    plum.Depart(order_service_pb2.DepartRequest(request_id=new(), name=order))
    assert refusal(partial(replace, plum, order, CHEN.name)) == "WORKER_NOT_QUALIFIED"
    sent = replace(plum, order, DENG.name)
    assert (sent.worker, sent.state, sent.deadline_time) == (DENG.name, order_pb2.ORDER_STATE_ASSIGNED, promised)
    replace(plum, order, DENG.name)
    (told,) = room.told(WorkerReplaced)
    assert (told.worker, told.former_worker, told.person) == (DENG.name, BO.name, ELDER)
    read = order_service_pb2.GetOrderRequest(name=order)
    assert refusal(partial(orders(person(BO.name)).GetOrder, read)) == "NOT_FOUND"
    assert orders(person(DENG.name)).GetOrder(read).worker == DENG.name
    code = orders(person(ELDER)).GetOrder(read).visit_code
    plum.Arrive(order_service_pb2.ArriveRequest(request_id=new(), name=order, visit_code=code))
    assert refusal(partial(replace, plum, order, BO.name)) == "WORKER_IS_THERE"


def test_whom_the_provider_sends_instead_answers_for_the_incident_and_the_first_one_reads_it_no_more(
    room: DutyRoom, systems: Systems, incidents: Incidents
) -> None:
    by_providers(room, "items/urgent-visit")
    incident = room.press()
    order, plum = room.order_of(incident), systems(PROVIDER)
    room.search()
    accept(plum, order)
    assign(plum, order, BO.name)
    read = GetIncidentRequest(name=incident)
    assert incidents(person(BO.name)).GetIncident(read).responsible == BO.name
    replace(plum, order, DENG.name)
    assert incidents(person(DENG.name)).GetIncident(read).responsible == DENG.name
    assert refusal(partial(incidents(person(BO.name)).GetIncident, read)) == "NOT_FOUND"


def test_a_worker_who_accepted_in_person_is_not_replaced_by_the_employer(room: DutyRoom, systems: Systems) -> None:
    order = asked(room)
    room.accept(order, BO)
    assert refusal(partial(replace, systems(PROVIDER), order, DENG.name)) == "NOT_YOUR_VISIT"


CALLS: dict[str, Callable[[ProviderServiceStub, str], object]] = {
    "get": lambda stub, name: stub.GetOrder(order_service_pb2.GetOrderRequest(name=name)),
    "accept": accept,
    "decline": lambda stub, name: stub.DeclineOffer(order_service_pb2.DeclineOfferRequest(request_id=new(), name=name)),
    "assign": lambda stub, name: assign(stub, name, BO.name),
    "replace": lambda stub, name: replace(stub, name, BO.name),
    "depart": lambda stub, name: stub.Depart(order_service_pb2.DepartRequest(request_id=new(), name=name)),
    "arrive": lambda stub, name: stub.Arrive(
        order_service_pb2.ArriveRequest(request_id=new(), name=name, visit_code="000000")
    ),
    "start": lambda stub, name: stub.StartService(order_service_pb2.StartServiceRequest(request_id=new(), name=name)),
    "complete": lambda stub, name: stub.CompleteService(
        order_service_pb2.CompleteServiceRequest(request_id=new(), name=name, hand_over="safe")
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_another_providers_order_is_answered_like_one_that_does_not_exist(
    room: DutyRoom, systems: Systems, call: Callable[[ProviderServiceStub, str], object]
) -> None:
    order, strange = ordered(room), systems(STRANGE)
    accept(systems(PROVIDER), order)
    assert refusal(partial(call, strange, order)) == refusal(partial(call, strange, f"orders/{new()}")) == "NOT_FOUND"


def test_whoever_lost_the_race_moves_nothing(room: DutyRoom, systems: Systems) -> None:
    order = ordered(room)
    assign(systems(PROVIDER), accept(systems(PROVIDER), order).name, BO.name)
    pear = systems(PEAR)
    for name in ("assign", "replace", "depart", "arrive", "start", "complete"):
        assert refusal(partial(CALLS[name], pear, order)) == "NOT_YOUR_VISIT"


def test_a_key_that_may_only_read_changes_nothing_and_persons_and_workers_stay_out(
    room: DutyRoom, served: RunningRpc, orders: Orders
) -> None:
    order = ordered(room)
    reader = ProviderServiceStub(served.channel_as(system(PROVIDER, "orders.read")))
    assert CALLS["get"](reader, order)
    assert refusal(partial(accept, reader, order)) == "SCOPE_MISSING"
    bo = ProviderServiceStub(served.channel_as(person(BO.name)))
    assert refusal(partial(accept, bo, order)) == "NOT_FOUND"
    plum = OrderServiceStub(served.channel_as(system(PROVIDER)))
    request = order_service_pb2.GetOrderRequest(name=order)
    assert refusal(partial(plum.GetOrder, request)) == "NOT_FOUND"


def test_an_order_offered_to_workers_is_not_offered_to_providers(room: DutyRoom, systems: Systems) -> None:
    order = asked(room)
    assert refusal(partial(accept, systems(PROVIDER), order)) == "NOT_FOUND"
    room.accept(order, BO)
    assert systems(PROVIDER).GetOrder(order_service_pb2.GetOrderRequest(name=order)).worker == BO.name
