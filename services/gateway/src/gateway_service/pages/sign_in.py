"""Signing in and out with a browser."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from gateway_service.house import InHouse
from gateway_service.pages.render import own_path, page
from gateway_service.problem.problem import Problem
from gateway_service.session import token
from gateway_service.text.catalogue import catalogue
from gateway_service.text.language import language_of
from gateway_service.v1.sessions import sign_in

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
async def show_sign_in(request: Request, next: str = "/") -> Response:  # noqa: A002 - the query's own name
    return page(request, "sign_in.html", wanted=own_path(next), login="", wrong="", signed_in=None)


@router.post("/sign-in")
async def post_sign_in(
    request: Request,
    house: InHouse,
    login: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    wanted: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """A browser that signs somebody in from another site would let them act for a stranger."""
    token.require_own_page(request)
    try:
        session = await sign_in(house, login, password)
    except Problem as problem:
        words = catalogue(language_of(request)).problem(problem.reason, problem.status, problem.sentence)
        shown = {"wanted": own_path(wanted), "login": login, "wrong": words[1]}
        return page(request, "sign_in.html", status=problem.status, signed_in=None, **shown)
    answer = RedirectResponse(own_path(wanted), 303)
    token.keep(answer, request, session.token, session.expire_time)
    return answer


@router.post("/sign-out")
async def post_sign_out(request: Request) -> Response:
    token.require_own_page(request)
    answer = RedirectResponse("/sign-in", 303)
    token.forget(answer)
    return answer
