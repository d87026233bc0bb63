"""ProviderService: what a provider's own system hears and does, in its own name and for the workers it sends."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from chassis.clock import monotonic
from chassis.context import Caller
from chassis.refusal import NotFound, Refusal
from chassis.rpc import Rpc, command, query
from chassis.rpc.calls import running
from chassis.seal import Seals
from chassis.work import Work
from eldercare.order.v1 import order_pb2, order_service_pb2, provider_service_pb2, provider_service_pb2_grpc
from order_service.entrypoints.arrivals import ArrivalClaim, arrive
from order_service.entrypoints.messages import news_message, order_for_provider
from order_service.entrypoints.whereabouts import WhereaboutsOfElder
from order_service.news.bell import NewsBell
from order_service.news.store import Feed, feed_of, news_after
from order_service.paging import page_of
from order_service.visit import lists, store, use_cases
from order_service.visit.arrival import Spot
from order_service.visit.by_provider import accept_for, assign_worker, replace_worker, worker_of
from order_service.visit.domain.order import Order

Transaction = Callable[[], AbstractContextManager[Work]]
Told = provider_service_pb2.WatchOffersResponse
HEARTBEAT_S = 15.0
LOOK_S = 1.0


class ResumeTokenUnknown(Refusal):
    status = "INVALID_ARGUMENT"
    sentence = "This resume_token was not given to this provider. Start again without one."


class ResumeTokenTooOld(Refusal):
    sentence = "News behind this resume_token is no longer kept. List the orders anew and start again without a token."


class Providers(provider_service_pb2_grpc.ProviderServiceServicer):
    def __init__(
        self, rpc: Rpc, seals: Seals, whereabouts: WhereaboutsOfElder, bell: NewsBell, transaction: Transaction
    ) -> None:
        self.rpc, self._seals, self._elder = rpc, seals, whereabouts
        self._bell, self._transaction = bell, transaction

    def WatchOffers(  # type: ignore[override]  # None: nothing yet, see chassis.rpc.streams
        self, request: provider_service_pb2.WatchOffersRequest, _context: object
    ) -> Iterator[Told | None]:
        """No session of the database is held while nothing happens. The first answer says that the line stands."""
        self.rpc.admit(request)
        provider = running.get().caller.subject
        with self._transaction() as work:
            position = _place(feed_of(work, provider), request.resume_token)
        yield Told(resume_token=str(position))
        spoke = monotonic()
        while True:
            for told in self._news(provider, position):
                position, spoke = int(told.resume_token), monotonic()
                yield told
            if monotonic() - spoke >= HEARTBEAT_S:
                spoke = monotonic()
                yield Told(resume_token=str(position))
            while not self._bell.wait(provider, position, LOOK_S) and monotonic() - spoke < HEARTBEAT_S:
                yield None
            yield None

    @query
    def GetOrder(self, work: Work, request: order_service_pb2.GetOrderRequest) -> order_pb2.Order:
        return _told(work, _read(work, request.name))

    @query
    def ListMyOrders(
        self, work: Work, request: order_service_pb2.ListMyOrdersRequest
    ) -> order_service_pb2.ListMyOrdersResponse:
        page = page_of(request.page_size, request.page_token, parts=2)
        found = lists.list_orders_of_provider(work, _caller(work).subject, page)
        token = page.next_token(lists.place_of(found[-1]), len(found)) if found else ""
        orders = [_told(work, order) for order in found]
        return order_service_pb2.ListMyOrdersResponse(orders=orders, next_page_token=token)

    @command
    def AcceptOffer(self, work: Work, request: order_service_pb2.AcceptOfferRequest) -> order_pb2.Order:
        return _told(work, accept_for(work, request.name, _caller(work).subject))

    @command
    def DeclineOffer(self, work: Work, request: order_service_pb2.DeclineOfferRequest) -> order_pb2.Order:
        return _told(work, use_cases.decline_offer(work, request.name, _caller(work).subject))

    @command
    def AssignWorker(self, work: Work, request: provider_service_pb2.AssignWorkerRequest) -> order_pb2.Order:
        return _told(work, assign_worker(work, request.name, _caller(work).subject, request.worker))

    @command
    def ReplaceWorker(self, work: Work, request: provider_service_pb2.ReplaceWorkerRequest) -> order_pb2.Order:
        return _told(work, replace_worker(work, request.name, _caller(work).subject, request.worker))

    @command
    def Depart(self, work: Work, request: order_service_pb2.DepartRequest) -> order_pb2.Order:
        return _told(work, use_cases.depart(work, request.name, _worker(work, request.name)))

    @command(prepare="_spots")
    def Arrive(self, work: Work, request: order_service_pb2.ArriveRequest, spots: list[Spot]) -> order_pb2.Order:
        claim = ArrivalClaim(worker=_worker(work, request.name), spots=spots)
        return _told(work, arrive(work, self._seals, request, claim))

    @command
    def StartService(self, work: Work, request: order_service_pb2.StartServiceRequest) -> order_pb2.Order:
        return _told(work, use_cases.start_service(work, request.name, _worker(work, request.name)))

    @command
    def CompleteService(self, work: Work, request: order_service_pb2.CompleteServiceRequest) -> order_pb2.Order:
        worker, evidence = _worker(work, request.name), tuple(request.evidence)
        return _told(work, use_cases.complete_service(work, request.name, worker, request.hand_over, evidence))

    def _spots(self, request: order_service_pb2.ArriveRequest, caller: Caller) -> list[Spot]:
        if request.visit_code or not request.HasField("position"):
            return []
        with self._transaction() as work:
            order = _read(work, request.name)
        return self._elder.spots(request.name, order.worker) if order.provider == caller.subject else []

    def _news(self, provider: str, position: int) -> list[Told]:
        with self._transaction() as work:
            entries = news_after(work, provider, position)
            if entries and entries[0].position > position + 1:
                raise ResumeTokenTooOld
            return [news_message(each, order_for_provider(_read(work, each.order), provider)) for each in entries]


def _place(feed: Feed, token: str) -> int:
    """Where a stream goes on. Without a token: where the feed begins."""
    position = int(token) if token else feed.floor
    if position > feed.last:
        raise ResumeTokenUnknown
    if position < feed.floor:
        raise ResumeTokenTooOld
    return position


def _read(work: Work, name: str) -> Order:
    order = store.read_order(work, name)
    if order is None:
        raise NotFound(name)
    return order


def _worker(work: Work, order: str) -> str:
    return worker_of(work, order, _caller(work).subject)


def _told(work: Work, order: Order) -> order_pb2.Order:
    return order_for_provider(order, _caller(work).subject)


def _caller(work: Work) -> Caller:
    if work.caller is None:
        raise TypeError("an rpc without a caller")
    return work.caller
