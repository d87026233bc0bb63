"""A call for help from an app: the same alarm as a bracelet's press."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from eldercare.device.v1.device_service_pb2 import RaiseAlarmRequest
from gateway_service.codes import moment
from gateway_service.house import Asked
from gateway_service.v1.orders import Person
from gateway_service.v1.shapes import PROBLEMS, Input
from gateway_service.wire.idempotency import RequestId

router = APIRouter(prefix="/v1", tags=["help"], responses=PROBLEMS)


class Call(Input):
    person: Annotated[Person | None, Field(description="Who needs help; the caller when left out")] = None


class AlarmView(BaseModel):
    name: str
    person: str
    kind: str
    receive_time: datetime | None


@router.post("/help", status_code=201)
async def post_help(asked: Asked, request_id: RequestId, body: Call | None = None) -> AlarmView:
    """Calls for help, with or without a body. Answered once the alarm is stored and will be handed over; no rate limit
    counts it."""
    person = (body.person if body else None) or asked.caller.subject
    alarm = await asked.ask(asked.peers.devices.RaiseAlarm, RaiseAlarmRequest(request_id=request_id, person=person))
    return AlarmView(name=alarm.name, person=alarm.person, kind=alarm.kind, receive_time=moment(alarm.receive_time))
