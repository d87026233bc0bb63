"""OrderService: translate in, call, translate out."""

from chassis.context import Caller
from chassis.refusal import NotFound
from chassis.rpc import Rpc, command, query
from chassis.seal import Seals
from chassis.work import Work
from eldercare.order.v1 import order_pb2, order_service_pb2, order_service_pb2_grpc
from order_service.access import is_operator, may_confirm
from order_service.dispatch.store import decisions_of
from order_service.entrypoints.arrivals import ArrivalClaim, arrive
from order_service.entrypoints.messages import decision_message, order_message
from order_service.entrypoints.whereabouts import WhereaboutsOfElder
from order_service.moments import moment, stamp
from order_service.paging import page_of
from order_service.person.store import family_of
from order_service.region.scope import Scope
from order_service.visit import lists, store, use_cases
from order_service.visit.arrival import Spot, arrive_by_operator, visit_code
from order_service.visit.domain.order import Order
from order_service.visit.placing import place_ordinary
from order_service.visit.rating import Rating, rate_order


class Orders(order_service_pb2_grpc.OrderServiceServicer):
    def __init__(self, rpc: Rpc, seals: Seals, whereabouts: WhereaboutsOfElder) -> None:
        self.rpc, self._seals, self._elder = rpc, seals, whereabouts

    @command
    def PlaceOrder(self, work: Work, request: order_service_pb2.PlaceOrderRequest) -> order_pb2.Order:
        order = place_ordinary(work, request.person, request.item, moment(request.book_time))
        return self._told(work, order)

    @query
    def GetOrder(self, work: Work, request: order_service_pb2.GetOrderRequest) -> order_pb2.Order:
        return self._told(work, _read(work, request.name))

    @query
    def FindOrder(self, work: Work, request: order_service_pb2.FindOrderRequest) -> order_pb2.Order:
        order = lists.find_by_number(work, Scope(region=request.region), request.number)
        if order is None:
            raise NotFound(request.number)
        return self._told(work, order)

    @query
    def ListOrders(
        self, work: Work, request: order_service_pb2.ListOrdersRequest
    ) -> order_service_pb2.ListOrdersResponse:
        page = page_of(request.page_size, request.page_token, parts=2)
        found = lists.list_orders(work, Scope(region=request.region), page)
        token = page.next_token(lists.place_of(found[-1]), len(found)) if found else ""
        orders = [order_message(order) for order in found]
        return order_service_pb2.ListOrdersResponse(orders=orders, next_page_token=token)

    @query
    def ListMyOrders(
        self, work: Work, request: order_service_pb2.ListMyOrdersRequest
    ) -> order_service_pb2.ListMyOrdersResponse:
        page = page_of(request.page_size, request.page_token, parts=2)
        found = lists.list_own_orders(work, _caller(work).subject, page)
        token = page.next_token(lists.place_of(found[-1]), len(found)) if found else ""
        orders = [self._told(work, order) for order in found]
        return order_service_pb2.ListMyOrdersResponse(orders=orders, next_page_token=token)

    @query
    def ListDispatchDecisions(
        self, work: Work, request: order_service_pb2.ListDispatchDecisionsRequest
    ) -> order_service_pb2.ListDispatchDecisionsResponse:
        decisions = [decision_message(decision) for decision in decisions_of(work, request.name)]
        return order_service_pb2.ListDispatchDecisionsResponse(decisions=decisions)

    @command
    def AcceptOffer(self, work: Work, request: order_service_pb2.AcceptOfferRequest) -> order_pb2.Order:
        return self._told(work, use_cases.accept_offer(work, request.name, _caller(work).subject))

    @command
    def DeclineOffer(self, work: Work, request: order_service_pb2.DeclineOfferRequest) -> order_pb2.Order:
        return self._told(work, use_cases.decline_offer(work, request.name, _caller(work).subject))

    @command
    def Depart(self, work: Work, request: order_service_pb2.DepartRequest) -> order_pb2.Order:
        return self._told(work, use_cases.depart(work, request.name, _caller(work).subject))

    @command(prepare="_spots")
    def Arrive(self, work: Work, request: order_service_pb2.ArriveRequest, spots: list[Spot]) -> order_pb2.Order:
        """A code counts before a position; an operator's word needs neither."""
        caller, order = _caller(work), _read(work, request.name)
        if order.worker != caller.subject and is_operator(caller, order.service_region):
            return self._told(work, arrive_by_operator(work, order.name))
        return self._told(work, arrive(work, self._seals, request, ArrivalClaim(worker=caller.subject, spots=spots)))

    def _spots(self, request: order_service_pb2.ArriveRequest, caller: Caller) -> list[Spot]:
        """Asked only for the worker whose visit it is, and only when a position is to be proven."""
        if request.visit_code or not request.HasField("position"):
            return []
        return self._elder.spots(request.name, caller.subject)

    @command
    def StartService(self, work: Work, request: order_service_pb2.StartServiceRequest) -> order_pb2.Order:
        return self._told(work, use_cases.start_service(work, request.name, _caller(work).subject))

    @command
    def CompleteService(self, work: Work, request: order_service_pb2.CompleteServiceRequest) -> order_pb2.Order:
        worker = _caller(work).subject
        return self._told(
            work, use_cases.complete_service(work, request.name, worker, request.hand_over, tuple(request.evidence))
        )

    @command
    def ConfirmOrder(self, work: Work, request: order_service_pb2.ConfirmOrderRequest) -> order_pb2.Order:
        caller = _caller(work)
        has_right = may_confirm(work, caller, _read(work, request.name).person)
        return self._told(work, use_cases.confirm_order(work, request.name, caller.subject, has_right=has_right))

    @command
    def RateOrder(self, work: Work, request: order_service_pb2.RateOrderRequest) -> order_service_pb2.Rating:
        rating = Rating(rater=_caller(work).subject, score=request.score, reasons=tuple(request.reasons))
        rate_order(work, request.name, rating)
        return order_service_pb2.Rating(
            order=request.name, score=rating.score, reasons=rating.reasons, rate_time=stamp(work.now)
        )

    @command
    def CancelOrder(self, work: Work, request: order_service_pb2.CancelOrderRequest) -> order_pb2.Order:
        is_desk = is_operator(work.caller, _read(work, request.name).service_region)
        return self._told(work, use_cases.cancel_order(work, request.name, request.reason, is_operator=is_desk))

    def _told(self, work: Work, order: Order) -> order_pb2.Order:
        """The visit code is for elder, family and operator; the worker has to be told it at the door."""
        caller = _caller(work)
        is_insider = caller.subject == order.person or caller.subject in family_of(work, order.person)
        may_see = caller.subject not in order.offers and (is_insider or is_operator(caller, order.service_region))
        return order_message(order, visit_code=visit_code(self._seals, order.name) if may_see else "")


def _read(work: Work, name: str) -> Order:
    order = store.read_order(work, name)
    if order is None:
        raise NotFound(name)
    return order


def _caller(work: Work) -> Caller:
    if work.caller is None:
        raise TypeError("an rpc without a caller")
    return work.caller
