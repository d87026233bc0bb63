"""Two providers, one with two workers and one with one, and an item that is offered to providers."""

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import Any

from chassis.context import Caller
from eldercare.order.v1 import provider_service_pb2 as api
from eldercare.order.v1.provider_service_pb2_grpc import ProviderServiceStub
from order_service.catalogue.store import find_item, save_item
from order_service.visit.placing import place_ordinary
from services.order.tests.cast import BO, CHEN, DENG, ELDER, PROVIDER, name_of
from services.order.tests.duty_room import DutyRoom
from suite.testing import RunningRpc

PEAR = name_of("providers", "pear-care")
STRANGE = name_of("providers", "far-away")
SCOPES = ("orders.read", "orders.write")
Systems = Callable[[str], ProviderServiceStub]


def system(provider: str, *scopes: str) -> Caller:
    return Caller(subject=provider, roles=(f"provider@{provider}",), scopes=scopes or SCOPES)


def furnish(room: DutyRoom) -> DutyRoom:
    room.provider("cleaning", name=PEAR)
    room.person(BO.name, ("WORKER", PROVIDER))
    room.person(DENG.name, ("WORKER", PROVIDER))
    room.person(CHEN.name, ("WORKER", PEAR))
    by_providers(room, "items/cleaning")
    return room


def by_providers(room: DutyRoom, name: str) -> None:
    with room.work() as work:
        item = find_item(work, name)
        assert item is not None
        save_item(work, replace(item, by_provider=True))


def ordered(room: DutyRoom) -> str:
    """An order that both providers were offered."""
    with room.work() as work:
        name = place_ordinary(work, ELDER, "items/cleaning", None).name
    room.search()
    return name


def news(served: RunningRpc, provider: str, count: int, *, after: str = "") -> list[api.WatchOffersResponse]:
    """The first pieces of news behind a token, without heartbeats; then the line is dropped."""
    with closing(listening(served, provider, after=after)) as told:
        return list(islice((each for each in told if each.news), count))


def listening(served: RunningRpc, provider: str, *, after: str = "") -> Generator[api.WatchOffersResponse]:
    call = watch(served, provider, after=after)
    try:
        yield from call
    finally:
        call.cancel()


def watch(served: RunningRpc, provider: str, *, after: str = "", scopes: tuple[str, ...] = SCOPES) -> Any:
    token = served.token_of(system(provider, *scopes))
    stub = ProviderServiceStub(served.plain_channel())
    request = api.WatchOffersRequest(resume_token=after)
    return stub.WatchOffers(request, metadata=(("authorization", f"Bearer {token}"),))
