"""Every exception of a route becomes a problem: JSON for programs, a sentence on a page for people."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from chassis.refusal import Refusal
from gateway_service.problem.problem import MEDIA_TYPE, FieldError, Problem
from gateway_service.text.catalogue import catalogue
from gateway_service.text.language import language_of

log = structlog.get_logger(__name__)
Show = Callable[[Request, Problem], Awaitable[Response] | Response]
_BY_STATUS = {404: "ROUTE_UNKNOWN", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE", 400: "BODY_UNREADABLE"}
_KEY = ("header", "idempotency-key")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MACHINES = ("/v1/", "/desk/", "/static/")


def install(app: FastAPI, show_page: Callable[[Request, Problem], Response]) -> None:
    """`show_page` renders a problem for a person."""

    def show(request: Request, problem: Problem) -> Response:
        if request.url.path.startswith(_MACHINES):
            return as_json(problem, language_of(request))
        return show_page(request, problem)

    def handler(problem_of: Callable[[Any], Problem]) -> Callable[[Request, Exception], Response]:
        return lambda request, failure: show(request, problem_of(failure))

    app.add_exception_handler(Problem, handler(lambda problem: problem))
    app.add_exception_handler(RequestValidationError, handler(_invalid))
    app.add_exception_handler(HTTPException, lambda request, failure: show(request, _http(request, failure)))
    app.add_exception_handler(Refusal, handler(_refusal))
    app.add_exception_handler(Exception, handler(_ours))


def as_json(problem: Problem, language: str) -> JSONResponse:
    headers = {**problem.headers(), "Content-Language": language}
    return JSONResponse(problem.body(catalogue(language)), problem.status, headers, MEDIA_TYPE)


def _invalid(failure: RequestValidationError) -> Problem:
    errors: Sequence[Any] = failure.errors()
    for error in errors:
        if tuple(str(part).lower() for part in error["loc"]) == _KEY:
            reason = "IDEMPOTENCY_KEY_MISSING" if error["type"] == "missing" else "IDEMPOTENCY_KEY_INVALID"
            return Problem(reason, 400, "Send an Idempotency-Key header with a new UUID for each intended action.")
    if any(error["type"] == "json_invalid" for error in errors):
        return Problem("BODY_UNREADABLE", 400, "The body is not valid JSON.")
    fields = [FieldError(field=_path(error["loc"]), detail=str(error["msg"])) for error in errors]
    return Problem("INVALID_ARGUMENT", 400, "Some fields are missing or wrong.", errors=fields)


def _path(parts: Sequence[object]) -> str:
    """`("body", "position", "lat")` → `position.lat`."""
    return ".".join(str(part) for part in parts[1:]) or str(parts[0])


def _http(request: Request, failure: Any) -> Problem:
    reason = _BY_STATUS.get(failure.status_code, "HTTP_ERROR")
    headers = {"Allow": ", ".join(_allowed(request))} if failure.status_code == 405 else {}
    return Problem(reason, failure.status_code, str(failure.detail), headers=headers)


def _allowed(request: Request) -> list[str]:
    """Of all routes of this address: the refusal itself only knows the first."""
    asked = [(method, dict(request.scope) | {"method": method}) for method in _METHODS]
    routes = request.app.routes
    return [method for method, scope in asked if any(route.matches(scope)[0] is Match.FULL for route in routes)]


def _refusal(failure: Refusal) -> Problem:
    return Problem(failure.reason, 401 if failure.status == "UNAUTHENTICATED" else 403, failure.sentence)


def _ours(failure: Exception) -> Problem:
    log.error("request.failed", exc_info=failure)
    return Problem("INTERNAL", 500, "Something went wrong on our side. It is logged.")
