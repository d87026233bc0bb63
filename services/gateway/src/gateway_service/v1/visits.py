"""What a worker does: duty, and one verb a state of a visit."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from eldercare.order.v1.order_pb2 import Order
from eldercare.order.v1.order_service_pb2 import (
    AcceptOfferRequest,
    ArriveRequest,
    CompleteServiceRequest,
    DeclineOfferRequest,
    DepartRequest,
    Duty,
    GoOffDutyRequest,
    GoOnDutyRequest,
    ReportPositionRequest,
    StartServiceRequest,
)
from gateway_service.codes import moment
from gateway_service.house import Asked, SignedIn
from gateway_service.v1.orders import OrderView, order_view
from gateway_service.v1.positions import position_of
from gateway_service.v1.shapes import PROBLEMS, Input, PositionInput, Uuid
from gateway_service.wire.idempotency import RequestId

router = APIRouter(prefix="/v1", tags=["visits"], responses=PROBLEMS)
HandOver = Literal["safe", "family", "ambulance", "hospital"]


_POSITION_WHERE_NEEDED: list[JsonValue] = [
    {
        "properties": {"duty": {"enum": ["on", "moved"]}, "position": {"$ref": "#/components/schemas/PositionInput"}},
        "required": ["duty", "position"],
    },
    {"properties": {"duty": {"const": "off"}, "position": {"type": "null"}}, "required": ["duty"]},
]


class DutyView(BaseModel):
    worker: str
    on_duty: bool
    since_time: datetime | None


class DutyChange(Input):
    """`on` and `moved` need a position."""

    model_config = ConfigDict(json_schema_extra={"oneOf": _POSITION_WHERE_NEEDED})

    duty: Literal["on", "moved", "off"]
    position: PositionInput | None = None

    @model_validator(mode="after")
    def _position_where_needed(self) -> "DutyChange":
        if (self.duty == "off") != (self.position is None):
            raise ValueError("a position is needed for on and moved, and not for off")
        return self


class Arrival(Input):
    """Proof: where the worker stands, or the code the elder tells."""

    position: PositionInput | None = None
    visit_code: Annotated[str, Field(pattern=r"^([0-9]{6})?$")] = ""


class Completion(Input):
    hand_over: HandOver


async def change_duty(asked: SignedIn, body: DutyChange, request_id: str) -> DutyView:
    duties = asked.peers.duties
    if body.position is None:
        duty = await asked.ask(duties.GoOffDuty, GoOffDutyRequest(request_id=request_id))
    elif body.duty == "on":
        place = position_of(body.position)
        duty = await asked.ask(duties.GoOnDuty, GoOnDutyRequest(request_id=request_id, position=place))
    else:
        place = position_of(body.position)
        duty = await asked.ask(duties.ReportPosition, ReportPositionRequest(request_id=request_id, position=place))
    return duty_view(duty)


def duty_view(duty: Duty) -> DutyView:
    return DutyView(worker=duty.worker, on_duty=duty.on_duty, since_time=moment(duty.since_time))


async def step(asked: SignedIn, verb: str, uuid: object, request_id: str) -> OrderView:
    """The verbs that need nothing but the order."""
    orders = asked.peers.orders
    steps: dict[str, tuple[Any, Any]] = {
        "accept": (orders.AcceptOffer, AcceptOfferRequest),
        "decline": (orders.DeclineOffer, DeclineOfferRequest),
        "depart": (orders.Depart, DepartRequest),
        "start": (orders.StartService, StartServiceRequest),
    }
    method, request = steps[verb]
    moved: Order = await asked.ask(method, request(request_id=request_id, name=f"orders/{uuid}"))
    return order_view(moved)


async def arrive(asked: SignedIn, uuid: object, body: Arrival, request_id: str) -> OrderView:
    request = ArriveRequest(request_id=request_id, name=f"orders/{uuid}", visit_code=body.visit_code)
    if body.position:
        request.position.CopyFrom(position_of(body.position))
    return order_view(await asked.ask(asked.peers.orders.Arrive, request))


async def complete(asked: SignedIn, uuid: object, hand_over: HandOver, request_id: str) -> OrderView:
    request = CompleteServiceRequest(request_id=request_id, name=f"orders/{uuid}", hand_over=hand_over)
    return order_view(await asked.ask(asked.peers.orders.CompleteService, request))


@router.post("/duty")
async def post_duty(body: DutyChange, asked: Asked, request_id: RequestId) -> DutyView:
    """The calling worker goes on duty, moves, or goes off duty."""
    return await change_duty(asked, body, request_id)


@router.post("/orders/{uuid}/accept")
async def post_accept(uuid: Uuid, asked: Asked, request_id: RequestId) -> OrderView:
    """Takes the offer; the first one has it."""
    return await step(asked, "accept", uuid, request_id)


@router.post("/orders/{uuid}/decline")
async def post_decline(uuid: Uuid, asked: Asked, request_id: RequestId) -> OrderView:
    """Turns the offer down."""
    return await step(asked, "decline", uuid, request_id)


@router.post("/orders/{uuid}/depart")
async def post_depart(uuid: Uuid, asked: Asked, request_id: RequestId) -> OrderView:
    """Sets out."""
    return await step(asked, "depart", uuid, request_id)


@router.post("/orders/{uuid}/arrive")
async def post_arrive(uuid: Uuid, body: Arrival, asked: Asked, request_id: RequestId) -> OrderView:
    """Is there, proven by position or by the elder's code."""
    return await arrive(asked, uuid, body, request_id)


@router.post("/orders/{uuid}/start")
async def post_start(uuid: Uuid, asked: Asked, request_id: RequestId) -> OrderView:
    """The service begins."""
    return await step(asked, "start", uuid, request_id)


@router.post("/orders/{uuid}/complete")
async def post_complete(uuid: Uuid, body: Completion, asked: Asked, request_id: RequestId) -> OrderView:
    """The service ends; the minutes between are what is verified."""
    return await complete(asked, uuid, body.hand_over, request_id)
