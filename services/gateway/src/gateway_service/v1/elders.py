"""Whom the caller is family of, and who pays for them."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from eldercare.payment.v1.payment_service_pb2 import PutPayerRequest
from eldercare.people.v1.person_service_pb2 import ListMyEldersRequest
from gateway_service.house import Asked
from gateway_service.v1.shapes import PROBLEMS, Input, Uuid
from gateway_service.wire.idempotency import RequestId

router = APIRouter(prefix="/v1/elders", tags=["elders"], responses=PROBLEMS)


class ElderView(BaseModel):
    """`rights`: what the caller may do for them, of `pay`, `confirm` and `represent`."""

    name: str
    region: str
    language: str
    rights: list[str]


class EldersView(BaseModel):
    elders: list[ElderView]


class Payer(Input):
    processor_token: Annotated[
        str, Field(pattern=r"^tok_[A-Za-z0-9_]{1,80}$", description="From the payment processor; never a card number")
    ]


@router.get("")
async def list_elders(asked: Asked) -> EldersView:
    """Those the caller is family of now; nobody else."""
    found = await asked.ask(asked.peers.people.ListMyElders, ListMyEldersRequest())
    views = [
        ElderView(
            name=each.elder.name,
            region=each.elder.region,
            language=each.elder.language,
            rights=list(each.rights),
        )
        for each in found.elders
    ]
    return EldersView(elders=views)


@router.put("/{uuid}/payer", status_code=204)
async def put_payer(uuid: Uuid, body: Payer, asked: Asked, request_id: RequestId) -> None:
    """Whoever pays what vouchers do not. The elder, family with the right to pay, operators."""
    request = PutPayerRequest(request_id=request_id, person=f"persons/{uuid}", processor_token=body.processor_token)
    await asked.ask(asked.peers.payment.PutPayer, request)
