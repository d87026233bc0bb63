"""Liveness, readiness, metrics."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway_service.house import InHouse
from gateway_service.peers import SERVICES, Peers

router = APIRouter(include_in_schema=False)


def without_all(peers: Peers) -> str:
    gone = peers.unreachable()
    return f"not connected: {', '.join(gone)}" if len(gone) == len(SERVICES) else ""


@router.get("/livez")
async def livez() -> PlainTextResponse:
    """The loop answers."""
    return PlainTextResponse("ok")


@router.get("/readyz")
async def readyz(house: InHouse) -> PlainTextResponse:
    """Not ready while no service at all can be reached; with some of them gone the rest still works."""
    if reason := without_all(house.peers):
        return PlainTextResponse(reason, 503)
    gone = house.peers.unreachable()
    return PlainTextResponse(f"ok, without {', '.join(gone)}" if gone else "ok")


@router.get("/metrics")
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
