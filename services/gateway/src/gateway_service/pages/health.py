"""What waits in the services and what is parked, as far as their cores tell it over rpc."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eldercare.operation.v1.operation_service_pb2 import GetHealthRequest, ServiceHealth
from gateway_service.codes import last, moment
from gateway_service.house import SignedIn
from gateway_service.peers import SERVICES
from gateway_service.problem.problem import Problem

LAG_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A code with its parameters: `away` of a service, or the place in which rows wait."""

    service: str
    place: str
    rows: int = 0
    oldest_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    service: str
    event: str
    type: str
    aggregate: str
    park_time: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One service at a glance; `lag_s` is the age of the oldest fact that has not left it."""

    service: str
    is_away: bool
    outbox: int = 0
    lag_s: float = 0.0
    set_aside: int = 0
    parked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    services: list[Standing]
    trouble: list[Trouble]
    parked: list[Parked]


async def health(asked: SignedIn) -> Health | None:
    """None for whom it does not concern. A service nobody answered for is away."""
    if not asked.has("operator"):
        return None
    answers = await asyncio.gather(*(_ask(asked, stub) for stub in asked.peers.operations))
    told = {each.service: each for answer in answers for each in answer}
    services = [told.get(name) or ServiceHealth(service=name, is_away=True) for name in SERVICES]
    return Health(
        services=[_standing(each) for each in services],
        trouble=[trouble for each in services for trouble in _troubles(each)],
        parked=[parked for each in services for parked in _parked(each)],
    )


async def _ask(asked: SignedIn, stub: Any) -> Sequence[ServiceHealth]:
    try:
        return list((await asked.ask(stub.GetHealth, GetHealthRequest())).services)
    except Problem:
        return []


def _standing(told: ServiceHealth) -> Standing:
    rows = {each.place: each.rows for each in told.waiting}
    lag = max((each.oldest_s for each in told.waiting if each.place == "outbox"), default=0.0)
    return Standing(
        service=told.service,
        is_away=told.is_away,
        outbox=rows.get("outbox", 0),
        lag_s=lag,
        set_aside=rows.get("set_aside", 0),
        parked=rows.get("parked", 0) + rows.get("outbox_parked", 0),
    )


def _troubles(told: ServiceHealth) -> Iterator[Trouble]:
    """What of it a person should look at; facts on their way are none until they are late."""
    if told.is_away:
        yield Trouble(service=told.service, place="away")
    for each in told.waiting:
        if each.rows and (each.place != "outbox" or each.oldest_s > LAG_S):
            yield Trouble(service=told.service, place=each.place, rows=each.rows, oldest_s=int(each.oldest_s))


def _parked(told: ServiceHealth) -> Iterator[Parked]:
    for each in told.parked:
        yield Parked(
            service=told.service,
            event=last(each.event),
            type=each.type.rpartition(".")[2],
            aggregate=each.aggregate,
            park_time=moment(each.park_time),
        )
