"""What one running gateway is made of. Routes get it as a dependency."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, TypeVar

import structlog
from fastapi import Depends, Request
from google.protobuf.message import Message
from grpc import aio

from chassis.clock import monotonic
from chassis.context import Caller
from chassis.identity import Identity
from gateway_service.desk.board import DeskBoard
from gateway_service.live.hub import Hub
from gateway_service.names import Names
from gateway_service.peers import Errand, Peers
from gateway_service.session.provider import Provider
from gateway_service.session.token import token_of
from gateway_service.settings import GatewaySettings
from gateway_service.text.catalogue import Catalogue, catalogue
from gateway_service.text.language import language_of
from gateway_service.wire.limits import RateLimits

Answer = TypeVar("Answer", bound=Message)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    settings: GatewaySettings
    identity: Identity
    peers: Peers
    hub: Hub
    board: DeskBoard
    limits: RateLimits
    names: Names = field(default_factory=Names)
    providers: Mapping[str, Provider] = field(default_factory=dict)

    def errand(self, token: str = "") -> Errand:
        return Errand(token=token, until=monotonic() + self.settings.budget_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who asks, and the way to ask the services in their name."""

    house: House
    caller: Caller
    language: str
    errand: Errand

    @property
    def peers(self) -> Peers:
        return self.house.peers

    @property
    def words(self) -> Catalogue:
        return catalogue(self.language)

    @property
    def regions(self) -> list[str]:
        """The regions an operator or supervisor answers for."""
        return self.caller.objects_of("operator") or self.caller.objects_of("supervisor")

    def has(self, role: str) -> bool:
        return bool(self.caller.objects_of(role))

    async def ask(
        self, method: aio.UnaryUnaryMultiCallable[Any, Answer], request: Message, *, about: str = "", purpose: str = ""
    ) -> Answer:
        """`about` is the correlation: an incident's uuid."""
        if about:
            structlog.contextvars.bind_contextvars(correlation=about)
        errand = replace(self.errand, correlation=about, purpose=purpose)
        return await self.peers.call(method, request, errand)

    def afresh(self) -> "SignedIn":
        """The same person with a new budget, for a stream that outlives its request."""
        return replace(self, errand=self.house.errand(self.errand.token))


async def house_of(request: Request) -> House:
    house: House = request.app.state.house
    return house


async def signed_in(request: Request, house: Annotated[House, Depends(house_of)]) -> SignedIn:
    """Refuses whoever has no whole token of ours."""
    token = token_of(request)
    caller = house.identity.verify(token)
    structlog.contextvars.bind_contextvars(actor=caller.subject)
    await house.limits.admit("caller", caller.subject, request.url.path)
    return SignedIn(house=house, caller=caller, language=language_of(request), errand=house.errand(token))


InHouse = Annotated[House, Depends(house_of)]
Asked = Annotated[SignedIn, Depends(signed_in)]
