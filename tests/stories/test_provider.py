"""An order that a provider's own system does, from the request to its statement; others learn nothing of it."""

from collections.abc import Iterator

import pytest

from chassis.rpc.client import Refused
from eldercare.notify.v1.events_pb2 import MessageSent
from eldercare.order.v1.order_pb2 import ORDER_STATE_COMPLETED, Position
from eldercare.order.v1.order_service_pb2 import (
    AcceptOfferRequest,
    ArriveRequest,
    CompleteServiceRequest,
    ConfirmOrderRequest,
    DepartRequest,
    GetOrderRequest,
    ListMyOrdersRequest,
    PlaceOrderRequest,
    StartServiceRequest,
)
from eldercare.order.v1.provider_service_pb2 import (
    OFFER_NEWS_OFFERED,
    OFFER_NEWS_WITHDRAWN,
    AssignWorkerRequest,
    ReplaceWorkerRequest,
    WatchOffersResponse,
)
from eldercare.payment.v1.events_pb2 import PaymentSettled
from eldercare.payment.v1.payment_service_pb2 import PutPayerRequest
from suite import cast
from suite.audit import audit
from suite.phone import Phone, as_person, new_request
from suite.seed import give_voucher
from suite.waiting import until
from tests.support.house import House
from tests.support.provider_system import WINDOWS, found, news, offer_to_providers, statements, system_of
from tests.support.visit import stamp

EVIDENCE = "ab" * 32


def test_an_elders_request_is_done_by_a_providers_system_and_paid_and_no_other_provider_sees_it(house: House) -> None:
    offer_to_providers(house)
    plum, pear, quince = (system_of(house, name) for name in (cast.PROVIDER, *others(house)))
    with_money(house)
    with news(plum) as told, news(pear) as heard:
        order = requested(house)
        assert of(order, told).news == OFFER_NEWS_OFFERED
        assert of(order, heard).news == OFFER_NEWS_OFFERED
        plum.provider.AcceptOffer(AcceptOfferRequest(request_id=new_request(), name=order))
        assert of(order, heard).news == OFFER_NEWS_WITHDRAWN
    sent_and_done(house, plum, order)
    confirmed(house, order)
    settled = house.sees(PaymentSettled, lambda fact: fact.order == order)
    assert (settled.voucher_part.minor, settled.secure_part.minor) == (500, 300)
    (paid,) = [each for each in statements(plum) if each.order == order]
    assert (paid.price.minor, paid.paid.minor, paid.owed.minor) == (800, 800, 0)
    for other in (pear, quince):
        assert not statements(other)
        assert not other.provider.ListMyOrders(ListMyOrdersRequest()).orders
    with pytest.raises(Refused, match="NOT_FOUND"):
        quince.provider.GetOrder(GetOrderRequest(name=order))
    assert not seen_by_the_loser(pear, order) & {cast.NEAR_WORKER.name, cast.PROVIDER, house.household.elder}
    until(lambda: not audit(house.journals).breaches, "no breach")


def of(order: str, told: Iterator[WatchOffersResponse]) -> WatchOffersResponse:
    """The next news of that order; a provider also hears of what it was asked before."""
    return next(each for each in told if each.order.name == order)


def others(house: House) -> tuple[str, str]:
    """One that is asked as well and loses the race, one that does other things."""
    return found(house, "pear-care", "cleaning"), found(house, "quince-care", "meals")


def with_money(house: House) -> None:
    desk, elder = house.phone(cast.OPERATOR), house.household.elder
    give_voucher(desk, house.now(), elder)
    payer = PutPayerRequest(request_id=new_request(), person=elder, processor_token="tok_ok")
    desk.payment.PutPayer(payer)


def requested(house: House) -> str:
    granny = as_person(house.state.rpc, house.login_for(house.household.elder, "granny"), cast.PASSWORD)
    request = PlaceOrderRequest(request_id=new_request(), person=house.household.elder, item=WINDOWS)
    return granny.orders.PlaceOrder(request).name


def sent_and_done(house: House, plum: Phone, order: str) -> None:
    """The provider's system names a worker, then another one, and says how the visit goes."""
    first, worker = cast.FAR_WORKER.name, cast.NEAR_WORKER.name
    plum.provider.AssignWorker(AssignWorkerRequest(request_id=new_request(), name=order, worker=first))
    plum.provider.ReplaceWorker(ReplaceWorkerRequest(request_id=new_request(), name=order, worker=worker))
    house.sees(
        MessageSent, lambda fact: (fact.order, fact.template) == (order, "worker_replaced") and fact.channel != "feed"
    )
    plum.provider.Depart(DepartRequest(request_id=new_request(), name=order))
    fix_time = stamp(house.now())
    here = Position(lat=house.household.lat, lon=house.household.lon, accuracy_m=8, fix_time=fix_time)
    plum.provider.Arrive(ArriveRequest(request_id=new_request(), name=order, position=here))
    plum.provider.StartService(StartServiceRequest(request_id=new_request(), name=order))
    complete = CompleteServiceRequest(request_id=new_request(), name=order, hand_over="safe", evidence=[EVIDENCE])
    done = plum.provider.CompleteService(complete)
    assert (done.state, done.worker, list(done.evidence)) == (ORDER_STATE_COMPLETED, worker, [EVIDENCE])


def confirmed(house: House, order: str) -> None:
    daughter = as_person(house.state.rpc, house.login_for(house.household.family, "daughter"), cast.PASSWORD)
    daughter.orders.ConfirmOrder(ConfirmOrderRequest(request_id=new_request(), name=order))


def seen_by_the_loser(pear: Phone, order: str) -> set[str]:
    """Who is named in what a provider still sees of an order that another has."""
    left = pear.provider.GetOrder(GetOrderRequest(name=order))
    return {left.worker, left.provider, left.person}
