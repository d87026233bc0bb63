"""Signing in and out with a browser: password, phone and code, or an identity provider."""

from typing import Annotated, Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from chassis.identity import CallerUnknown
from gateway_service.house import House, InHouse, signed_in
from gateway_service.pages.render import own_path, page, query
from gateway_service.problem.problem import Problem
from gateway_service.session import token
from gateway_service.session.phone import phone_of
from gateway_service.text.catalogue import catalogue
from gateway_service.text.language import language_of
from gateway_service.v1.sessions import SessionView, ask_code, end_current, end_renewed, refresh, sign_in, trade_code
from gateway_service.v1.shapes import Input

router = APIRouter(include_in_schema=False)


class CodeTyped(Input):
    challenge: UUID
    code: Annotated[str, Field(max_length=20)]
    phone: Annotated[str, Field(max_length=200)] = ""
    wanted: Annotated[str, Field(max_length=500)] = "/"


Text = Annotated[str, Form(max_length=200)]
Wanted = Annotated[str, Form(max_length=500)]


@router.get("/sign-in")
async def show_sign_in(request: Request, house: InHouse, next: str = "/") -> Response:  # noqa: A002 - the query's own name
    return _shown(request, house, wanted=next)


@router.post("/sign-in")
async def post_sign_in(
    request: Request, house: InHouse, login: Text = "", password: Text = "", wanted: Wanted = "/"
) -> Response:
    """A browser that signs somebody in from another site would let them act for a stranger."""
    token.require_own_page(request)
    try:
        session = await sign_in(house, login, password)
    except Problem as problem:
        return _shown(request, house, problem, wanted=wanted, login=login)
    return _opened(request, session, wanted)


@router.post("/sign-in/phone")
async def post_phone(request: Request, house: InHouse, phone: Text = "", wanted: Wanted = "/") -> Response:
    """Asks for a code; the next page asks for what came."""
    token.require_own_page(request)
    known = phone_of(phone)
    if known is None:
        return _shown(request, house, Problem("PHONE_UNREADABLE", 400), wanted=wanted, phone=phone)
    try:
        asked = await ask_code(house, known, str(uuid4()))
    except Problem as problem:
        return _shown(request, house, problem, wanted=wanted, phone=phone)
    return _shown(request, house, wanted=wanted, phone=phone, challenge=str(asked.challenge))


@router.post("/sign-in/code")
async def post_code(request: Request, house: InHouse, typed: Annotated[CodeTyped, Form()]) -> Response:
    token.require_own_page(request)
    try:
        session = await trade_code(house, typed.challenge, typed.code.strip())
    except Problem as problem:
        shown = {"phone": typed.phone, "challenge": str(typed.challenge)}
        return _shown(request, house, problem, wanted=typed.wanted, **shown)
    return _opened(request, session, typed.wanted)


@router.get("/renew")
async def renew(request: Request, house: InHouse, next: str = "/") -> Response:  # noqa: A002 - the query's own name
    """Where a page sends a browser whose token ran out: back at once, or to sign in."""
    try:
        session = await _renewed(request, house)
    except Problem as problem:
        if problem.status != 401:
            raise
        answer = RedirectResponse(f"/sign-in?{query(next=own_path(next))}", 303)
        token.forget(answer)
        return answer
    return _opened(request, session, next)


@router.post("/renew")
async def keep_signed_in(request: Request, house: InHouse) -> Response:
    """What a page that stays open asks now and then, so that its feed does not end."""
    token.require_own_page(request)
    answer = Response(status_code=204)
    token.keep(answer, request, await _renewed(request, house))
    return answer


@router.post("/sign-out")
async def post_sign_out(request: Request, house: InHouse) -> Response:
    """The browser forgets in any case. A token that ran out is renewed once more, so that the session can be ended."""
    token.require_own_page(request)
    answer = RedirectResponse("/sign-in", 303)
    token.forget(answer)
    try:
        if token.can_be_renewed(request):
            await end_renewed(house, await _renewed(request, house))
        else:
            await end_current(await signed_in(request, house))
    except (Problem, CallerUnknown):
        return answer
    return answer


async def _renewed(request: Request, house: House) -> SessionView:
    """Two pages that renew at once do it with one key, so they are one trade."""
    kept = token.refresh_token_of(request)
    if not kept:
        raise Problem("CALLER_UNKNOWN", 401)
    return await refresh(house, kept, str(uuid5(NAMESPACE_OID, kept)))


def _opened(request: Request, session: SessionView, wanted: str) -> Response:
    answer = RedirectResponse(own_path(wanted), 303)
    token.keep(answer, request, session)
    return answer


def _shown(request: Request, house: House, problem: Problem | None = None, *, wanted: str, **typed: Any) -> Response:
    shown = {"login": "", "phone": "", "challenge": "", "wrong": ""} | typed
    if problem:
        shown["wrong"] = catalogue(language_of(request)).problem(problem.reason, problem.status, problem.sentence)[1]
    providers = [each.settings for each in house.providers.values()]
    status = problem.status if problem else 200
    return page(
        request,
        "sign_in.html",
        status=status,
        signed_in=None,
        wanted=own_path(wanted),
        providers=providers,
        **shown,
    )
