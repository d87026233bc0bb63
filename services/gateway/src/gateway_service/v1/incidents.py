"""Incidents: read, answered, taken over, closed."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from eldercare.notify.v1 import message_pb2
from eldercare.notify.v1.notify_service_pb2 import AnswerRequest, ListMessagesRequest
from eldercare.order.v1 import incident_pb2
from eldercare.order.v1.incident_service_pb2 import (
    CloseIncidentRequest,
    GetIncidentRequest,
    ListIncidentsRequest,
    TakeOverRequest,
)
from gateway_service.codes import moment, value, word
from gateway_service.house import Asked, SignedIn
from gateway_service.problem.problem import Problem
from gateway_service.v1.shapes import PROBLEMS, Input, PageQuery, Region, Uuid
from gateway_service.wire.idempotency import RequestId

router = APIRouter(prefix="/v1", tags=["incidents"], responses=PROBLEMS)
AnswerWord = Literal["seen", "on_my_way", "cannot", "take_over"]
OutcomeWord = Literal[
    "emergency", "assistance", "mis_touch", "false_detection", "test", "device_fault", "unreachable_but_checked"
]


class IncidentView(BaseModel):
    name: str
    number: str
    person: str
    place: str
    region: str
    state: str
    urgency: str
    responsible: str
    deadline_time: datetime | None
    alarms: list[str]
    orders: list[str]
    outcome: str
    open_time: datetime | None
    close_time: datetime | None
    rule: str


class IncidentsView(BaseModel):
    incidents: list[IncidentView]
    next_page_token: str


class AnswerView(BaseModel):
    stood_down: bool


class MessageView(BaseModel):
    name: str
    recipient: str
    channel: str
    template: str
    state: str
    step: int
    text: str
    create_time: datetime | None
    send_time: datetime | None


class MessagesView(BaseModel):
    messages: list[MessageView]
    next_page_token: str


class IncidentsQuery(PageQuery):
    region: Region | None = None
    open_only: bool = False


class Answer(Input):
    answer: AnswerWord


class Closing(Input):
    outcome: OutcomeWord


def incident_view(incident: incident_pb2.Incident) -> IncidentView:
    return IncidentView(
        name=incident.name,
        number=incident.number,
        person=incident.person,
        place=incident.place,
        region=incident.region,
        state=word(incident_pb2.IncidentState, incident.state),
        urgency=incident.urgency,
        responsible=incident.responsible,
        deadline_time=moment(incident.deadline_time),
        alarms=list(incident.alarms),
        orders=list(incident.orders),
        outcome=word(incident_pb2.Outcome, incident.outcome),
        open_time=moment(incident.open_time),
        close_time=moment(incident.close_time),
        rule=incident.rule,
    )


def own_region(asked: SignedIn, wished: str | None) -> str:
    """The region named, or the first the caller answers for."""
    if wished:
        return wished
    if not asked.regions:
        raise Problem("REGION_MISSING", 400, "Name a region: you answer for none.")
    return asked.regions[0]


@router.get("/incidents")
async def list_incidents(asked: Asked, query: Annotated[IncidentsQuery, Query()]) -> IncidentsView:
    """Incidents of a region, open ones first. Operators and supervisors."""
    request = ListIncidentsRequest(
        region=own_region(asked, query.region),
        page_size=query.page_size,
        page_token=query.page_token,
        open_only=query.open_only,
    )
    answer = await asked.ask(asked.peers.incidents.ListIncidents, request)
    return IncidentsView(
        incidents=[incident_view(each) for each in answer.incidents], next_page_token=answer.next_page_token
    )


@router.get("/incidents/{uuid}")
async def get_incident(uuid: Uuid, asked: Asked) -> IncidentView:
    """One incident, for whom it concerns."""
    request = GetIncidentRequest(name=f"incidents/{uuid}")
    return incident_view(await asked.ask(asked.peers.incidents.GetIncident, request, about=str(uuid)))


@router.post("/incidents/{uuid}/answers", status_code=201)
async def post_answer(uuid: Uuid, body: Answer, asked: Asked, request_id: RequestId) -> AnswerView:
    """Answers the call. `on_my_way` and an operator's `take_over` stand the others down."""
    answer = value(message_pb2.AnswerKind, body.answer)
    request = AnswerRequest(request_id=request_id, incident=f"incidents/{uuid}", answer=answer)
    taken = await asked.ask(asked.peers.notify.Answer, request, about=str(uuid))
    return AnswerView(stood_down=taken.stood_down)


@router.post("/incidents/{uuid}/take_over")
async def post_take_over(uuid: Uuid, asked: Asked, request_id: RequestId) -> IncidentView:
    """The calling operator becomes responsible."""
    request = TakeOverRequest(request_id=request_id, name=f"incidents/{uuid}")
    return incident_view(await asked.ask(asked.peers.incidents.TakeOver, request, about=str(uuid)))


@router.post("/incidents/{uuid}/close")
async def post_close(uuid: Uuid, body: Closing, asked: Asked, request_id: RequestId) -> IncidentView:
    """Closes the incident with an outcome, once its orders are finished or cancelled."""
    outcome = value(incident_pb2.Outcome, body.outcome)
    request = CloseIncidentRequest(request_id=request_id, name=f"incidents/{uuid}", outcome=outcome)
    return incident_view(await asked.ask(asked.peers.incidents.CloseIncident, request, about=str(uuid)))


@router.get("/incidents/{uuid}/messages")
async def list_messages(uuid: Uuid, asked: Asked, query: Annotated[PageQuery, Query()]) -> MessagesView:
    """Who was told, by which channel, with which words. Operators; the read is logged."""
    request = ListMessagesRequest(incident=f"incidents/{uuid}", page_size=query.page_size, page_token=query.page_token)
    answer = await asked.ask(asked.peers.notify.ListMessages, request, about=str(uuid), purpose="operator_view")
    messages = [message_view(each) for each in answer.messages]
    return MessagesView(messages=messages, next_page_token=answer.next_page_token)


def message_view(message: message_pb2.Message) -> MessageView:
    return MessageView(
        name=message.name,
        recipient=message.recipient,
        channel=word(message_pb2.Channel, message.channel),
        template=message.template,
        state=word(message_pb2.MessageState, message.state),
        step=message.step,
        text=message.text,
        create_time=moment(message.create_time),
        send_time=moment(message.send_time),
    )
