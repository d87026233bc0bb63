"""The live page of one incident: its story as it happens, who is responsible and until when, and what one can do."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Header, Query, Request, Response

from gateway_service.desk.page import DeskPage
from gateway_service.house import Asked
from gateway_service.live.feed import Feed, open_feed
from gateway_service.live.listener import News
from gateway_service.live.stream import EventStream, event
from gateway_service.pages.render import fragment, page, said, text_of
from gateway_service.pages.scene import incident_scene, story
from gateway_service.v1 import incidents as v1
from gateway_service.v1.shapes import Uuid
from gateway_service.v1.timeline import entry_view

router = APIRouter(include_in_schema=False)
RequestKey = Annotated[UUID, Form()]


@router.get("/incidents/{uuid}")
async def show_incident(request: Request, uuid: Uuid, asked: Asked) -> Response:
    scene, told = await asyncio.gather(incident_scene(asked, uuid), story(asked, uuid))
    entries = [entry_view(entry) for entry in told]
    return page(request, "incident.html", signed_in=asked, scene=scene, entries=entries)


@router.get("/incidents/{uuid}/now")
async def show_now(request: Request, uuid: Uuid, asked: Asked) -> Response:
    """State, responsible party, deadline, payment and buttons, as they are now."""
    return fragment(request, "now.html", signed_in=asked, scene=await incident_scene(asked, uuid))


async def _feed(
    uuid: Uuid,
    asked: Asked,
    after: Annotated[int, Query(ge=0)] = 0,
    last_event_id: Annotated[int | None, Header(alias="Last-Event-ID", ge=0)] = None,
) -> AsyncIterator[Feed]:
    """`after` is the last line of the page; a reconnecting browser knows better."""
    async with open_feed(asked, f"incidents/{uuid}", last_event_id or after) as feed:
        yield feed


@router.get("/incidents/{uuid}/events", response_class=EventStream)
async def stream_lines(feed: Annotated[Feed, Depends(_feed)]) -> EventStream:
    def line(news: News) -> bytes:
        if isinstance(news, DeskPage):
            return b""
        return event(text_of("entry.html", feed.topic.language, entry=entry_view(news)), id=news.id)

    return EventStream(feed, line)


@router.get("/incidents/{uuid}/changes", response_class=EventStream)
async def stream_changes(feed: Annotated[Feed, Depends(_feed)]) -> EventStream:
    """Tells a page that shows the incident among others that something changed; it looks for itself."""
    return EventStream(feed, lambda _: event("", name="story-grew"))


@router.post("/incidents/{uuid}/answers")
async def post_answer(
    request: Request, uuid: Uuid, asked: Asked, request_id: RequestKey, answer: Annotated[v1.AnswerWord, Form()]
) -> Response:
    taken = await v1.post_answer(uuid, v1.Answer(answer=answer), asked, str(request_id))
    sentence = asked.words.say("answered", answer=asked.words.word("answer", answer))
    if taken.stood_down:
        sentence = f"{sentence} {asked.words.say('stood_down')}"
    return said(request, sentence, back=f"/incidents/{uuid}")


@router.post("/incidents/{uuid}/take_over")
async def post_take_over(request: Request, uuid: Uuid, asked: Asked, request_id: RequestKey) -> Response:
    await v1.post_take_over(uuid, asked, str(request_id))
    return said(request, asked.words.say("taken_over"), back=f"/incidents/{uuid}")


@router.post("/incidents/{uuid}/close")
async def post_close(
    request: Request, uuid: Uuid, asked: Asked, request_id: RequestKey, outcome: Annotated[v1.OutcomeWord, Form()]
) -> Response:
    await v1.post_close(uuid, v1.Closing(outcome=outcome), asked, str(request_id))
    return said(request, asked.words.say("closed_now"), back=f"/incidents/{uuid}")
