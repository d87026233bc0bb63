"""Accounts of identity providers, linked to persons by an operator: nothing a provider tells links anybody."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from eldercare.people.v1.session_pb2 import LinkProviderRequest
from gateway_service.house import Asked
from gateway_service.v1.shapes import PROBLEMS, Input, Uuid
from gateway_service.wire.idempotency import RequestId

router = APIRouter(prefix="/v1/persons", tags=["sessions"], responses=PROBLEMS)


class Account(Input):
    """As the provider's id_token names it."""

    issuer: Annotated[str, Field(pattern=r"^https?://[!-~]{1,250}$", description="`iss`")]
    subject: Annotated[
        str, Field(pattern=r"^[!-~]{1,255}$", description="`sub`: the provider's own id, no mail or phone")
    ]


@router.put("/{uuid}/account", status_code=204)
async def link_account(uuid: Uuid, body: Account, asked: Asked, request_id: RequestId) -> None:
    """The person signs in with that account from now on; their open sessions end. Operators."""
    request = LinkProviderRequest(
        request_id=request_id, name=f"persons/{uuid}", issuer=body.issuer, subject=body.subject
    )
    await asked.ask(asked.peers.sessions.LinkProvider, request)
