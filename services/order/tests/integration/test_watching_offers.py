"""WatchOffers: nothing missed and nothing twice over any number of connections; who does not read harms nobody."""

from contextlib import closing

import grpc
import pytest

from chassis.rpc.client import refused
from eldercare.order.v1 import order_service_pb2
from eldercare.order.v1 import provider_service_pb2 as api
from eldercare.order.v1.provider_service_pb2_grpc import ProviderServiceStub
from order_service.auditor import audit
from services.order.tests.callers import new, person
from services.order.tests.cast import BO, PROVIDER
from services.order.tests.duty_room import DutyRoom
from services.order.tests.provider_room import PEAR, STRANGE, furnish, listening, news, ordered, system, watch
from suite.testing import RunningRpc
from suite.waiting import until


@pytest.fixture
def room(room: DutyRoom) -> DutyRoom:
    return furnish(room)


def test_a_reconnect_with_the_token_misses_nothing_and_repeats_nothing(room: DutyRoom, served: RunningRpc) -> None:
    names = [ordered(room) for _ in range(3)]
    first = news(served, PROVIDER, 2)
    names += [ordered(room) for _ in range(2)]
    rest = news(served, PROVIDER, 3, after=first[-1].resume_token)
    assert [each.order.name for each in [*first, *rest]] == names
    assert [int(each.resume_token) for each in [*first, *rest]] == [1, 2, 3, 4, 5]


def test_what_happens_while_the_line_stands_is_told_on_it(room: DutyRoom, served: RunningRpc) -> None:
    with closing(listening(served, PROVIDER)) as told:
        assert next(told).news == api.OFFER_NEWS_UNSPECIFIED
        order = ordered(room)
        heard = next(told)
    assert (heard.news, heard.order.name) == (api.OFFER_NEWS_OFFERED, order)


def test_the_place_holds_over_a_restart_of_the_service(room: DutyRoom, served: RunningRpc) -> None:
    ordered(room)
    (told,) = news(served, PROVIDER, 1)
    again = RunningRpc(served.core, room.db, served._keys)
    again._server.start(served.core.names)
    second = ordered(room)
    assert [each.order.name for each in news(again, PROVIDER, 1, after=told.resume_token)] == [second]
    again._server.stop(0)


def test_each_provider_has_a_feed_of_its_own(room: DutyRoom, served: RunningRpc) -> None:
    order = ordered(room)
    accept = order_service_pb2.AcceptOfferRequest(request_id=new(), name=order)
    ProviderServiceStub(served.channel_as(system(PEAR))).AcceptOffer(accept)
    kinds = [each.news for each in news(served, PROVIDER, 2)]
    assert kinds == [api.OFFER_NEWS_OFFERED, api.OFFER_NEWS_WITHDRAWN]
    assert [each.news for each in news(served, PEAR, 1)] == [api.OFFER_NEWS_OFFERED]
    assert room.row("SELECT last FROM provider_feeds WHERE provider = %s", PEAR)["last"] == 1


def test_news_is_kept_for_a_month_and_who_has_read_less_is_told_to_list_orders_anew(
    room: DutyRoom, served: RunningRpc
) -> None:
    ordered(room)
    before = news(served, PROVIDER, 1)[0].resume_token
    ordered(room)
    room.db.push_clock(days=31)
    last = ordered(room)
    with room.work() as work:
        audit(work)
    assert room.row("SELECT floor, last FROM provider_feeds WHERE provider = %s", PROVIDER) == {"floor": 2, "last": 3}
    for token in ("0", before):
        assert _refusal(watch(served, PROVIDER, after=token)) == "RESUME_TOKEN_TOO_OLD"
    (begun,) = news(served, PROVIDER, 1)
    (went_on,) = news(served, PROVIDER, 1, after="2")
    assert begun.order.name == went_on.order.name == last


def test_a_month_of_silence_leaves_the_place_of_who_has_read_all(room: DutyRoom, served: RunningRpc) -> None:
    ordered(room)
    read = news(served, PROVIDER, 1)[0].resume_token
    room.db.push_clock(days=31)
    with room.work() as work:
        audit(work)
    assert room.rows("SELECT * FROM provider_news") == []
    with closing(listening(served, PROVIDER, after=read)) as told:
        assert next(told).resume_token == read
        order = ordered(room)
        assert next(told).order.name == order


def test_a_line_that_lags_behind_what_is_trimmed_ends_instead_of_leaving_something_out(
    room: DutyRoom, served: RunningRpc
) -> None:
    ordered(room)
    with closing(listening(served, STRANGE)) as told:
        next(told)
        room.db.connection.execute(
            """INSERT INTO provider_feeds (provider, last, floor) VALUES (%s, 2, 1)""", [STRANGE]
        )
        room.db.connection.execute(
            """INSERT INTO provider_news (provider, position, "order", news)
               SELECT %s, 2, name, 'offered' FROM orders""",
            [STRANGE],
        )
        with pytest.raises(grpc.RpcError) as error:
            next(told)
    assert refused(error.value).reason == "RESUME_TOKEN_TOO_OLD"


def test_a_token_of_another_feed_a_foreign_caller_and_a_narrow_key_are_refused(
    room: DutyRoom, served: RunningRpc
) -> None:
    ordered(room)
    assert _refusal(watch(served, STRANGE, after="7")) == "RESUME_TOKEN_UNKNOWN"
    assert _refusal(watch(served, PROVIDER, after="x")) == "INVALID_ARGUMENT"
    assert _refusal(watch(served, PROVIDER, scopes=("settlements.read",))) == "SCOPE_MISSING"
    token = served.token_of(person(BO.name))
    stub = ProviderServiceStub(served.plain_channel())
    call = stub.WatchOffers(api.WatchOffersRequest(), metadata=(("authorization", f"Bearer {token}"),))
    assert _refusal(call) == "ROLE_MISSING"


def test_a_provider_holds_four_lines_and_the_fifth_is_refused_while_calls_go_on(
    room: DutyRoom, served: RunningRpc
) -> None:
    lines = [watch(served, PROVIDER) for _ in range(4)]
    assert all(next(line).news == api.OFFER_NEWS_UNSPECIFIED for line in lines)
    assert _refusal(watch(served, PROVIDER)) == "TOO_MANY_STREAMS"
    other = watch(served, PEAR)
    assert next(other).resume_token == "0"
    plum = ProviderServiceStub(served.channel_as(system(PROVIDER)))
    assert not plum.ListMyOrders(order_service_pb2.ListMyOrdersRequest()).orders
    for line in [*lines, other]:
        line.cancel()


def test_who_never_reads_is_cut_off_and_others_hear_their_news(room: DutyRoom, served: RunningRpc) -> None:
    order, (streams,) = ordered(room), served._server._streams
    room.db.connection.execute(
        """INSERT INTO provider_news (provider, position, "order", news)
           SELECT %s, n, %s, 'offered' FROM generate_series(2, 5000) AS n""",
        [PROVIDER, order],
    )
    streams._unread_s = 0.0
    silent = watch(served, PROVIDER)
    until(lambda: streams.cut_unread() > 0, "a stream that is cut")
    assert [each.order.name for each in news(served, PEAR, 1)] == [order]
    with pytest.raises(grpc.RpcError) as cut:
        list(silent)
    assert cut.value.code() == grpc.StatusCode.CANCELLED


def _refusal(call: grpc.Call) -> str:
    with pytest.raises(grpc.RpcError) as error:
        next(call)  # type: ignore[call-overload]
    return refused(error.value).reason
