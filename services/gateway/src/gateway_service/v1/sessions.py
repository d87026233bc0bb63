"""Signing in, staying signed in, and signing out."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from chassis.clock import wall_now
from eldercare.people.v1.person_service_pb2 import Session, SignInRequest
from eldercare.people.v1.session_pb2 import (
    EndAllSessionsRequest,
    EndSessionRequest,
    ListSessionsRequest,
    RefreshSessionRequest,
    RequestCodeRequest,
    SignInMeans,
    SignInWithCodeRequest,
)
from gateway_service.codes import last, moment, word
from gateway_service.house import Asked, House, InHouse
from gateway_service.session import token
from gateway_service.v1.shapes import PROBLEMS, Input
from gateway_service.wire.idempotency import RequestId
from gateway_service.wire.openapi import PUBLIC

router = APIRouter(prefix="/v1/sessions", tags=["sessions"], responses=PROBLEMS)
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{5,14}$", examples=["+8613000000000"])]


class SignIn(Input):
    login: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class CodeWish(Input):
    phone: Phone


class CodeAskedView(BaseModel):
    challenge: UUID
    expire_time: datetime


class Code(Input):
    challenge: UUID
    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class Refresh(Input):
    refresh_token: Annotated[str, Field(min_length=1, max_length=200)]


class SessionView(BaseModel):
    """`token` goes with each request and lives 15 minutes at most; `refresh_token` is traded for the next of both."""

    token: str
    expire_time: datetime
    person: str
    roles: list[str]
    refresh_token: str
    refresh_expire_time: datetime
    session: str


class SessionEntryView(BaseModel):
    uuid: UUID
    means: str
    start_time: datetime
    use_time: datetime
    current: bool


class SessionList(BaseModel):
    """`has_password`: what changing it asks for is the one that holds; a first one asks for a recent sign-in."""

    sessions: list[SessionEntryView]
    has_password: bool


def session_view(session: Session) -> SessionView:
    return SessionView(
        token=session.token,
        expire_time=moment(session.expire_time) or wall_now(),
        person=session.person,
        roles=list(session.roles),
        refresh_token=session.refresh_token,
        refresh_expire_time=moment(session.refresh_expire_time) or wall_now(),
        session=session.session,
    )


async def sign_in(house: House, login: str, password: str) -> SessionView:
    request = SignInRequest(login=login, password=password)
    return session_view(await house.peers.call(house.peers.sessions.SignIn, request, house.errand()))


async def ask_code(house: House, phone: str, request_id: str) -> CodeAskedView:
    request = RequestCodeRequest(request_id=request_id, phone=phone)
    asked = await house.peers.call(house.peers.sessions.RequestCode, request, house.errand())
    return CodeAskedView(challenge=UUID(asked.challenge), expire_time=moment(asked.expire_time) or wall_now())


async def trade_code(house: House, challenge: UUID, code: str) -> SessionView:
    request = SignInWithCodeRequest(challenge=str(challenge), code=code)
    return session_view(await house.peers.call(house.peers.sessions.SignInWithCode, request, house.errand()))


async def refresh(house: House, refresh_token: str, request_id: str) -> SessionView:
    request = RefreshSessionRequest(request_id=request_id, refresh_token=refresh_token)
    return session_view(await house.peers.call(house.peers.sessions.RefreshSession, request, house.errand()))


async def end_current(asked: Asked) -> None:
    request = EndSessionRequest(request_id=str(uuid4()))
    await asked.ask(asked.peers.sessions.EndSession, request)


async def end_renewed(house: House, session: SessionView) -> None:
    request = EndSessionRequest(request_id=str(uuid4()))
    await house.peers.call(house.peers.sessions.EndSession, request, house.errand(session.token))


@router.post("", status_code=201, openapi_extra=PUBLIC)
async def post_session(
    body: SignIn, house: InHouse, request: Request, response: Response, _request_id: RequestId
) -> SessionView:
    """Trades login and password for a session; also sets the cookies of the pages. A repeat signs in again."""
    return token.kept(response, request, await sign_in(house, body.login, body.password))


@router.post("/codes", status_code=201, openapi_extra=PUBLIC)
async def post_code_wish(body: CodeWish, house: InHouse, request_id: RequestId) -> CodeAskedView:
    """Sends a one-time code to a registered phone. The answer is the same for a phone nobody has."""
    return await ask_code(house, body.phone, request_id)


@router.post("/code", status_code=201, openapi_extra=PUBLIC)
async def post_code(
    body: Code, house: InHouse, request: Request, response: Response, _request_id: RequestId
) -> SessionView:
    """Trades the code for a session, once. When the answer is lost, ask for a new code."""
    return token.kept(response, request, await trade_code(house, body.challenge, body.code))


@router.post("/refresh", status_code=201, openapi_extra=PUBLIC)
async def post_refresh(
    body: Refresh, house: InHouse, request: Request, response: Response, request_id: RequestId
) -> SessionView:
    """Trades a refresh token for its successor and a new token. Repeat a lost one with the same key within a minute;
    any other repeat is taken for a copy and ends the session."""
    return token.kept(response, request, await refresh(house, body.refresh_token, request_id))


@router.get("")
async def get_sessions(asked: Asked) -> SessionList:
    """One's own, the latest first."""
    found = await asked.ask(asked.peers.sessions.ListSessions, ListSessionsRequest())
    return SessionList(
        sessions=[
            SessionEntryView(
                uuid=UUID(last(each.name)),
                means=word(SignInMeans, each.means),
                start_time=moment(each.start_time) or wall_now(),
                use_time=moment(each.use_time) or wall_now(),
                current=each.current,
            )
            for each in found.sessions
        ],
        has_password=found.has_password,
    )


@router.delete("/current", status_code=204)
async def delete_current(asked: Asked, response: Response) -> None:
    """Signs out here: the session is not renewed any more; its last token dies within 15 minutes."""
    await end_current(asked)
    token.forget(response)


@router.delete("/everywhere", status_code=204)
async def delete_everywhere(asked: Asked, response: Response) -> None:
    """Signs out on every device."""
    await asked.ask(asked.peers.sessions.EndAllSessions, EndAllSessionsRequest(request_id=str(uuid4())))
    token.forget(response)


@router.delete("/{uuid:uuid}", status_code=204)
async def delete_session(uuid: UUID, asked: Asked) -> None:
    """Signs out one of one's own devices."""
    request = EndSessionRequest(request_id=str(uuid4()), name=f"sessions/{uuid}")
    await asked.ask(asked.peers.sessions.EndSession, request)
