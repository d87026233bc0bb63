"""Signing in with an identity provider: there and back in a browser."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from eldercare.people.v1.session_pb2 import SignInWithProviderRequest
from gateway_service.house import House, InHouse
from gateway_service.pages.render import own_path
from gateway_service.problem.problem import Problem
from gateway_service.session import token
from gateway_service.session.attempt import Attempt
from gateway_service.session.provider import Provider, provider_failed
from gateway_service.v1.sessions import session_view
from gateway_service.v1.shapes import PROBLEMS
from gateway_service.wire.openapi import PUBLIC

router = APIRouter(prefix="/v1/oidc", tags=["sessions"], responses=PROBLEMS)
Name = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]
Told = Annotated[str, Field(max_length=2000)]


class Wish(BaseModel):
    """`next`: the page to be at in the end."""

    next: Told = "/"


class Answer(BaseModel):
    """What a provider sends along; anything else it adds does not matter."""

    code: Told = ""
    state: Told = ""
    iss: Told = ""


@router.get("/{provider}/start", status_code=303, response_class=RedirectResponse, openapi_extra=PUBLIC)
async def start(provider: Name, house: InHouse, request: Request, asked: Annotated[Wish, Query()]) -> RedirectResponse:
    """Sends the browser to the provider."""
    attempt = Attempt.begun(provider, own_path(asked.next))
    answer = RedirectResponse(await _of(house, provider).address_of(attempt, _back(house, request, provider)), 303)
    attempt.keep(answer, secure=token.is_secure(request))
    return answer


@router.get("/{provider}/callback", status_code=303, response_class=RedirectResponse, openapi_extra=PUBLIC)
async def callback(
    provider: Name, house: InHouse, request: Request, told: Annotated[Answer, Query()]
) -> RedirectResponse:
    """Takes what the provider sent back with the browser, once, and signs in whose account it is."""
    known, attempt = _of(house, provider), Attempt.of(request)
    if attempt is None or not attempt.is_answered_by(provider, told.state):
        raise Problem("SIGN_IN_NOT_BEGUN", 400, "This browser did not begin this sign-in, or too long ago. Try again.")
    if not told.code or (
        told.iss and told.iss != known.settings.issuer
    ):  # refused there, or another provider's answer (RFC 9207)
        raise provider_failed()
    subject = await known.subject(told.code, attempt, _back(house, request, provider))
    wanted = SignInWithProviderRequest(request_id=str(uuid4()), issuer=known.settings.issuer, subject=subject)
    errand = house.errand(house.identity.own_token())
    session = session_view(await house.peers.call(house.peers.sessions.SignInWithProvider, wanted, errand))
    answer = RedirectResponse(own_path(attempt.wanted), 303)
    token.keep(answer, request, session)
    Attempt.forget(answer)
    return answer


def _of(house: House, name: str) -> Provider:
    known = house.providers.get(name)
    if known is None:
        raise Problem("NOT_FOUND", 404, "There is no such thing here.")
    return known


def _back(house: House, request: Request, provider: str) -> str:
    base = house.settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}/v1/oidc/{provider}/callback"
