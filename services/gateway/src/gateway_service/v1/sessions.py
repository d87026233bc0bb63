"""Sign-in."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from chassis.clock import wall_now
from eldercare.people.v1.person_service_pb2 import Session, SignInRequest
from gateway_service.codes import moment
from gateway_service.house import House, InHouse
from gateway_service.session import token
from gateway_service.v1.shapes import PROBLEMS, Input
from gateway_service.wire.idempotency import RequestId
from gateway_service.wire.openapi import PUBLIC

router = APIRouter(prefix="/v1", tags=["sessions"], responses=PROBLEMS)


class SignIn(Input):
    login: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class SessionView(BaseModel):
    token: str
    expire_time: datetime
    person: str
    roles: list[str]


async def sign_in(house: House, login: str, password: str) -> SessionView:
    session: Session = await house.peers.call(
        house.peers.sessions.SignIn, SignInRequest(login=login, password=password), house.errand()
    )
    return SessionView(
        token=session.token,
        expire_time=moment(session.expire_time) or wall_now(),
        person=session.person,
        roles=list(session.roles),
    )


@router.post("/sessions", status_code=201, openapi_extra=PUBLIC)
async def post_session(
    body: SignIn, house: InHouse, request: Request, response: Response, _request_id: RequestId
) -> SessionView:
    """Trades login and password for a short-lived token; also sets it as the cookie of the pages. A repeat signs in
    again."""
    session = await sign_in(house, body.login, body.password)
    token.keep(response, request, session.token, session.expire_time)
    return session
