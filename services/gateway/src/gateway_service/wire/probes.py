"""Liveness, readiness, metrics."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway_service.house import InHouse
from gateway_service.peers import SERVICES

router = APIRouter(include_in_schema=False)


@router.get("/livez")
async def livez() -> PlainTextResponse:
    """The loop answers."""
    return PlainTextResponse("ok")


@router.get("/readyz")
async def readyz(house: InHouse) -> PlainTextResponse:
    """Not ready while no service at all can be reached; with some of them gone the rest still works."""
    gone = house.peers.unreachable()
    if len(gone) == len(SERVICES):
        return PlainTextResponse(f"not connected: {', '.join(gone)}", 503)
    return PlainTextResponse("ok")


@router.get("/metrics")
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
