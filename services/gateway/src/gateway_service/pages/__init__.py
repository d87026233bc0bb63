"""The web pages: Jinja2, htmx and server-sent events; usable without scripts."""

from collections.abc import Callable

from fastapi import FastAPI, Request, Response

from gateway_service.problem.handlers import as_json
from gateway_service.problem.problem import Problem
from gateway_service.text.language import language_of


def install(app: FastAPI) -> Callable[[Request, Problem], Response]:
    return lambda request, problem: as_json(problem, language_of(request))
