"""Puts the pages into the application, and says how a problem is shown to a person."""

from collections.abc import Callable
from importlib.resources import files
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from gateway_service.pages import (
    accounts,
    help_call,
    incident,
    overview,
    password,
    payments,
    phones,
    rating,
    sign_in,
    visits,
)
from gateway_service.pages.render import fragment, is_htmx, own_path, page, query
from gateway_service.problem.problem import Problem
from gateway_service.session import token
from gateway_service.text.catalogue import catalogue
from gateway_service.text.language import language_of


def install(app: FastAPI) -> Callable[[Request, Problem], Response]:
    for room in (sign_in, overview, incident, help_call, phones, payments, accounts, password, rating, visits):
        app.include_router(room.router)
    app.add_api_route("/docs", show_docs, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=str(files("gateway_service").joinpath("static"))), name="static")
    return show


async def show_docs(request: Request) -> Response:
    """The API description for people who write apps."""
    return page(request, "docs.html")


def show(request: Request, problem: Problem) -> Response:
    """Who is not signed in is sent there and back; everybody else is told what is wrong and what to do."""
    if problem.status == 401:
        return _to_sign_in(request)
    title, detail = catalogue(language_of(request)).problem(problem.reason, problem.status, problem.sentence)
    if is_htmx(request):
        return fragment(request, "said.html", status=problem.status, sentence=f"{title}: {detail}", is_bad=True)
    return _problem_page(request, problem, title, detail)


def _problem_page(request: Request, problem: Problem, title: str, detail: str) -> Response:
    """A page that could not be shown now asks again by itself; a form is sent again by its person only."""
    headers = problem.headers()
    wait = headers.get("Retry-After", "") if request.method == "GET" else ""
    shown = {"title": title, "detail": detail, "tries_again": bool(wait), "signed_in": None}
    answer = page(request, "problem.html", status=problem.status, **shown)
    answer.headers.update(headers | ({"Refresh": wait} if wait else {}))
    return answer


def _to_sign_in(request: Request) -> Response:
    """Or to where a session is renewed, when only its token ran out."""
    way = "/renew" if token.can_be_renewed(request) else "/sign-in"
    if is_htmx(request):
        here = own_path(urlsplit(request.headers.get("hx-current-url", "")).path or "/")
        return Response(status_code=401, headers={"HX-Redirect": f"{way}?{query(next=here)}"})
    wanted = request.url.path if request.method == "GET" else "/"
    return RedirectResponse(f"{way}?{query(next=wanted)}", 303)
