"""The password a person signs in with: its own, or another's by an operator."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from eldercare.people.v1.person_service_pb2 import SetPasswordRequest
from gateway_service.house import Asked, SignedIn
from gateway_service.v1.shapes import PROBLEMS, Input, Uuid
from gateway_service.wire.idempotency import RequestId

router = APIRouter(prefix="/v1/persons", tags=["sessions"], responses=PROBLEMS)
SHORTEST, LONGEST = 10, 200
SHORTEST_LOGIN, LONGEST_LOGIN = 3, 100


class NewPassword(Input):
    login: Annotated[
        Annotated[str, Field(min_length=SHORTEST_LOGIN, max_length=LONGEST_LOGIN)] | None,
        Field(description="Left out: the one the person has"),
    ] = None
    password: Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST)]
    current_password: Annotated[
        str, Field(max_length=LONGEST, description="The one that holds, for the own password; operators leave it out")
    ] = ""


async def set_password(asked: SignedIn, person: str, told: NewPassword, request_id: str) -> None:
    request = SetPasswordRequest(
        request_id=request_id,
        name=person,
        login=told.login or "",
        password=told.password,
        current_password=told.current_password,
    )
    await asked.ask(asked.peers.sessions.SetPassword, request)


@router.put("/{uuid}/password", status_code=204)
async def put_password(uuid: Uuid, body: NewPassword, asked: Asked, request_id: RequestId) -> None:
    """Everybody sets the own: with the one that holds or, the first one, within ten minutes of signing in. Operators
    set others'. The person's other sessions end."""
    await set_password(asked, f"persons/{uuid}", body, request_id)
