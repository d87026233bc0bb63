"""Figures of a region: what became of its incidents and orders, and how soon somebody came. Nobody is named."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from eldercare.order.v1 import incident_pb2, incident_service_pb2, order_pb2
from gateway_service.codes import moment, stamp_of, word
from gateway_service.house import Asked
from gateway_service.v1.incidents import own_region
from gateway_service.v1.shapes import PROBLEMS, Input, Moment, Region

router = APIRouter(prefix="/v1", tags=["figures"], responses=PROBLEMS)


class DelayView(BaseModel):
    """Seconds from an incident's first alarm; zeros when it never happened."""

    count: int
    median_s: float
    p90_s: float


class FiguresView(BaseModel):
    region: str
    start_time: datetime | None
    end_time: datetime | None
    incidents: Annotated[dict[str, int], Field(description="By outcome; `open` without one")]
    orders: Annotated[dict[str, int], Field(description="By state")]
    accept_delay: DelayView
    arrive_delay: DelayView


class FiguresQuery(Input):
    region: Region | None = None
    start_time: Annotated[Moment | None, Field(description="Thirty days before the end when left out")] = None
    end_time: Annotated[Moment | None, Field(description="Not included; now when left out")] = None


def delay_view(delay: incident_service_pb2.Delay) -> DelayView:
    return DelayView(count=delay.count, median_s=delay.median_s, p90_s=delay.p90_s)


@router.get("/figures")
async def get_figures(asked: Asked, query: Annotated[FiguresQuery, Query()]) -> FiguresView:
    """Of incidents opened and orders placed in at most 366 days. Supervisors and operators."""
    request = incident_service_pb2.GetFiguresRequest(region=own_region(asked, query.region))
    if query.start_time:
        request.start_time.CopyFrom(stamp_of(query.start_time))
    if query.end_time:
        request.end_time.CopyFrom(stamp_of(query.end_time))
    told = await asked.ask(asked.peers.incidents.GetFigures, request)
    return FiguresView(
        region=told.region,
        start_time=moment(told.start_time),
        end_time=moment(told.end_time),
        incidents={word(incident_pb2.Outcome, each.outcome) or "open": each.count for each in told.incidents},
        orders={word(order_pb2.OrderState, each.state): each.count for each in told.orders},
        accept_delay=delay_view(told.accept_delay),
        arrive_delay=delay_view(told.arrive_delay),
    )
