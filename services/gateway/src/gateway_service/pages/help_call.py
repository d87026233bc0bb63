"""The one large button: an elder calls for help."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from eldercare.device.v1.device_service_pb2 import RaiseAlarmRequest
from gateway_service.house import Asked
from gateway_service.pages.forms import Pressed
from gateway_service.pages.render import said

router = APIRouter(include_in_schema=False)


@router.post("/help")
async def post_help(request: Request, asked: Asked, pressed: Annotated[Pressed, Form()]) -> Response:
    """Answered once it is stored, before anybody was asked: from here on nobody can lose it."""
    call = RaiseAlarmRequest(request_id=pressed.key, person=asked.caller.subject)
    await asked.ask(asked.peers.devices.RaiseAlarm, call)
    return said(request, asked.words.say("called"), back="/")
