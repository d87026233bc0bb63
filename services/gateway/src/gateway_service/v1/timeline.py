"""The story of an incident, and the live feeds."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from pydantic import BaseModel, Field

from eldercare.notify.v1.message_pb2 import TimelineEntry
from eldercare.notify.v1.notify_service_pb2 import ListTimelineRequest
from gateway_service.codes import moment
from gateway_service.desk.page import DeskPage
from gateway_service.house import Asked
from gateway_service.live.feed import Feed, open_feed
from gateway_service.live.listener import News
from gateway_service.live.stream import DOCUMENTED, EventStream, event
from gateway_service.v1.incidents import own_region
from gateway_service.v1.shapes import PROBLEMS, Input, Region, Uuid

router = APIRouter(prefix="/v1", tags=["live"], responses=PROBLEMS)
LastEventId = Annotated[
    int | None, Header(alias="Last-Event-ID", ge=0, le=2**62, description="The id of the last entry that was seen")
]


class EntryView(BaseModel):
    """One line of the story: a code with parameters, and its sentence in the reader's language."""

    id: int
    incident: str
    order: str
    type: str
    time: datetime | None
    params: dict[str, str]
    region: str
    text: str
    correlation: str


class TimelineView(BaseModel):
    entries: list[EntryView]


class PageView(BaseModel):
    """What nobody did in time; an event named `desk` of the region's feed.

    `reason`: `no_incident` of an alarm, `no_ladder` and `nobody_answered` of an incident, `parked` of an event.
    """

    reason: str
    region: str
    alarm: str
    incident: str
    number: str
    kind: str
    event: str
    type: str
    receive_time: str


class TimelineQuery(Input):
    after_id: Annotated[int, Field(ge=0, le=2**62)] = 0
    page_size: Annotated[int, Field(ge=1, le=100)] = 100


class LiveQuery(Input):
    region: Region | None = None


def entry_view(entry: TimelineEntry) -> EntryView:
    return EntryView(
        id=entry.id,
        incident=entry.incident,
        order=entry.order,
        type=entry.type,
        time=moment(entry.time),
        params=dict(entry.params),
        region=entry.region,
        text=entry.text,
        correlation=entry.correlation,
    )


def page_view(page: DeskPage) -> PageView:
    return PageView.model_validate(page, from_attributes=True)


async def incident_feed(uuid: Uuid, asked: Asked, last_event_id: LastEventId = None) -> AsyncIterator[Feed]:
    """Opened before the answer begins, so that a refusal is still a problem with a status."""
    async with open_feed(asked, f"incidents/{uuid}", last_event_id) as feed:
        yield feed


async def region_feed(
    asked: Asked, query: Annotated[LiveQuery, Query()], last_event_id: LastEventId = None
) -> AsyncIterator[Feed]:
    async with open_feed(asked, own_region(asked, query.region), last_event_id) as feed:
        yield feed


IncidentFeed = Annotated[Feed, Depends(incident_feed)]
RegionFeed = Annotated[Feed, Depends(region_feed)]


@router.get("/incidents/{uuid}/timeline")
async def list_timeline(uuid: Uuid, asked: Asked, query: Annotated[TimelineQuery, Query()]) -> TimelineView:
    """The story so far, after an id."""
    request = ListTimelineRequest(
        incident=f"incidents/{uuid}", after_id=query.after_id, page_size=query.page_size, language=asked.language
    )
    answer = await asked.ask(asked.peers.notify.ListTimeline, request, about=str(uuid))
    return TimelineView(entries=[entry_view(each) for each in answer.entries])


@router.get("/incidents/{uuid}/events", status_code=200, response_class=EventStream, responses=DOCUMENTED)
async def stream_incident(feed: IncidentFeed) -> EventStream:
    """The story as it happens: first what came after Last-Event-ID, then each new entry."""
    return EventStream(feed, _event)


@router.get("/live", status_code=200, response_class=EventStream, responses=DOCUMENTED)
async def stream_region(feed: RegionFeed) -> EventStream:
    """All incidents of a region as they happen, and pages to its duty desk. Operators and supervisors."""
    return EventStream(feed, _event)


def _event(news: News) -> bytes:
    if isinstance(news, DeskPage):
        return event(page_view(news).model_dump_json(), name="desk")
    return event(entry_view(news).model_dump_json(), id=news.id)
