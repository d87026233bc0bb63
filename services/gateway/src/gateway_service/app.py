"""The ASGI application: its routes, and what lives as long as it does."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from redis.asyncio import Redis
from starlette.middleware.cors import CORSMiddleware

from chassis.identity import Identity
from chassis.metrics import introduce
from gateway_service.desk import webhook
from gateway_service.desk.board import DeskBoard
from gateway_service.house import House
from gateway_service.live.doorbell import Doorbell
from gateway_service.live.hub import Hub, Room
from gateway_service.pages.install import install as install_pages
from gateway_service.peers import Peers
from gateway_service.problem.handlers import install as install_problems
from gateway_service.session.provider import Provider, load_providers
from gateway_service.settings import GatewaySettings
from gateway_service.v1 import (
    accounts,
    archive,
    elders,
    exports,
    figures,
    incidents,
    money,
    oidc,
    orders,
    passwords,
    ratings,
    registers,
    sessions,
    timeline,
    visits,
)
from gateway_service.v1 import help as help_calls
from gateway_service.wire import probes
from gateway_service.wire.doorway import Doorway
from gateway_service.wire.etag import Etags
from gateway_service.wire.limits import RateLimits
from gateway_service.wire.openapi import describe

_REDIS_S = 4.0
# Apps of other origins hold a token; cookies are for our own pages.
_CROSS_ORIGIN: dict[str, Any] = {
    "allow_methods": ["GET", "POST", "PUT", "DELETE"],
    "allow_headers": [
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "If-None-Match",
        "If-Range",
        "Last-Event-ID",
        "Range",
    ],
    "expose_headers": ["Accept-Ranges", "Content-Range", "ETag", "Retry-After"],
}
_ROUTERS = (
    sessions,
    oidc,
    accounts,
    passwords,
    incidents,
    orders,
    ratings,
    visits,
    elders,
    money,
    registers,
    figures,
    timeline,
    exports,
    archive,
    help_calls,
)
_ABOUT = "Elder care for mobile apps and pages. Every POST carries an Idempotency-Key; every refusal is a problem+json."


def build(settings: GatewaySettings, targets: Mapping[str, str]) -> FastAPI:
    """`targets`: service → host:port."""
    app = FastAPI(
        title="eldercare",
        version="1",
        summary=_ABOUT,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        lifespan=lambda app: _living(app, settings, targets),
    )
    for each in _ROUTERS:
        app.include_router(each.router)
    app.include_router(webhook.router)
    app.include_router(probes.router)
    install_problems(app, install_pages(app))
    app.add_middleware(Etags)
    if origins := settings.origins:
        app.add_middleware(CORSMiddleware, allow_origins=origins, **_CROSS_ORIGIN)
    app.add_middleware(Doorway)
    describe(app)
    return app


@asynccontextmanager
async def _living(app: FastAPI, settings: GatewaySettings, targets: Mapping[str, str]) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        identity = Identity.load("gateway", Path(settings.signing_key), Path(settings.trusted_keys))
        peers = Peers(targets)
        stack.push_async_callback(peers.close)
        hub, board = Hub(peers, identity, Room(each=settings.feeds_each, all=settings.feeds_all)), DeskBoard()
        limits = RateLimits(
            settings.redis_url,
            caller=settings.caller_rate,
            address=settings.address_rate,
            codes=settings.code_rate,
        )
        stack.callback(hub.close)
        providers = {each.name: Provider(each) for each in load_providers(settings.oidc_providers)}
        for provider in providers.values():
            stack.push_async_callback(provider.close)
        introduce("gateway", live=str, ready=lambda: probes.without_all(peers))
        app.state.house = House(
            settings=settings,
            identity=identity,
            peers=peers,
            hub=hub,
            board=board,
            limits=limits,
            providers=providers,
        )
        app.state.redis = await stack.enter_async_context(_redis(settings.redis_url)) if settings.redis_url else None
        if app.state.redis is not None:
            await stack.enter_async_context(_running(Doorbell(app.state.redis, hub, board)))
        yield


@asynccontextmanager
async def _redis(url: str) -> AsyncIterator[Redis]:
    client: Any = Redis.from_url(url, socket_timeout=_REDIS_S, socket_connect_timeout=_REDIS_S)
    try:
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def _running(doorbell: Doorbell) -> AsyncIterator[None]:
    task = asyncio.create_task(doorbell.listen(), name="doorbell")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
