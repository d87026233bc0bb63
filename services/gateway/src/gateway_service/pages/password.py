"""Setting the own password: the first one just after signing in, another one with the one that holds."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from eldercare.people.v1.session_pb2 import ListSessionsRequest
from gateway_service.house import Asked, SignedIn
from gateway_service.pages.forms import Pressed
from gateway_service.pages.render import page
from gateway_service.problem.problem import Problem
from gateway_service.v1.passwords import LONGEST, LONGEST_LOGIN, SHORTEST, SHORTEST_LOGIN, NewPassword, set_password

router = APIRouter(include_in_schema=False)
_FIELD = {
    "LOGIN_TOO_SHORT": "login",
    "LOGIN_MISSING": "login",
    "LOGIN_TAKEN": "login",
    "CURRENT_PASSWORD_WRONG": "current_password",
    "PASSWORD_TOO_SHORT": "password",
    "PASSWORDS_DIFFER": "again",
}
_Secret = Annotated[str, Field(max_length=LONGEST)]


class PasswordTyped(Pressed):
    """The new one twice: nobody sees what is typed. A login comes with a first one only."""

    login: Annotated[str, Field(max_length=LONGEST_LOGIN)] | None = None
    current_password: _Secret = ""
    password: _Secret = ""
    again: _Secret = ""

    def told(self) -> NewPassword:
        login = self.login if self.login is None else self.login.strip()
        if login is not None and len(login) < SHORTEST_LOGIN:
            raise Problem("LOGIN_TOO_SHORT", 400)
        if len(self.password) < SHORTEST:
            raise Problem("PASSWORD_TOO_SHORT", 400)
        if self.password != self.again:
            raise Problem("PASSWORDS_DIFFER", 400)
        return NewPassword(login=login, password=self.password, current_password=self.current_password)


@router.get("/password")
async def show_password(request: Request, asked: Asked, changed: bool = False) -> Response:
    return await _shown(request, asked, is_changed=changed)


@router.post("/password")
async def post_password(request: Request, asked: Asked, typed: Annotated[PasswordTyped, Form()]) -> Response:
    try:
        await set_password(asked, asked.caller.subject, typed.told(), typed.key)
    except Problem as problem:
        if problem.status == 401:
            raise
        return await _shown(request, asked, problem, login=typed.login or "")
    return RedirectResponse("/password?changed=true", 303)


async def _shown(
    request: Request, asked: SignedIn, problem: Problem | None = None, *, login: str = "", is_changed: bool = False
) -> Response:
    known = await asked.ask(asked.peers.sessions.ListSessions, ListSessionsRequest())
    reason = problem.reason if problem else ""
    answer = page(
        request,
        "password.html",
        status=problem.status if problem else 200,
        signed_in=asked,
        has_password=known.has_password or reason == "CURRENT_PASSWORD_WRONG",
        told=asked.words.problem(reason, problem.status, problem.sentence)[1] if problem else "",
        wrong=_FIELD.get(reason, ""),
        is_too_late=reason == "SIGN_IN_NOT_RECENT",
        is_changed=is_changed,
        login=login,
        shortest=SHORTEST,
        shortest_login=SHORTEST_LOGIN,
    )
    answer.headers.update(problem.headers() if problem else {})
    return answer
