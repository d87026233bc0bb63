"""How a service was, said once by elder or family."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, Field

from eldercare.order.v1.order_service_pb2 import RateOrderRequest
from gateway_service.codes import moment
from gateway_service.house import Asked
from gateway_service.v1.shapes import PROBLEMS, Input, Uuid
from gateway_service.wire.idempotency import RequestId

router = APIRouter(prefix="/v1", tags=["orders"], responses=PROBLEMS)
Reason = Literal["punctual", "late", "careful", "careless", "friendly", "unfriendly", "thorough", "hasty", "other"]


def _whole(told: object) -> object:
    """JSON knows no integers: 3.0 is one."""
    return int(told) if isinstance(told, float) and told.is_integer() else told


class NewRating(Input):
    """1 is the worst, 5 the best."""

    score: Annotated[int, Field(ge=1, le=5, strict=True), BeforeValidator(_whole)]
    reasons: Annotated[list[Reason], Field(default_factory=list, max_length=5)]


class RatingView(BaseModel):
    order: str
    score: int
    reasons: list[str]
    rate_time: datetime | None


@router.post("/orders/{uuid}/rating", status_code=201)
async def post_rating(uuid: Uuid, body: NewRating, asked: Asked, request_id: RequestId) -> RatingView:
    """Elder or family judge a service that is completed, once."""
    request = RateOrderRequest(
        request_id=request_id, name=f"orders/{uuid}", score=body.score, reasons=sorted(set(body.reasons))
    )
    told = await asked.ask(asked.peers.orders.RateOrder, request)
    return RatingView(order=told.order, score=told.score, reasons=list(told.reasons), rate_time=moment(told.rate_time))
