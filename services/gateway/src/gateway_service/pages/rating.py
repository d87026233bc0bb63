"""A finished service is judged and confirmed with one press."""

from typing import Annotated
from uuid import uuid5

from fastapi import APIRouter, Form, Request, Response
from pydantic import Field

from gateway_service.house import Asked
from gateway_service.pages.forms import Pressed
from gateway_service.pages.render import own_path, said
from gateway_service.v1.orders import post_confirm
from gateway_service.v1.ratings import NewRating, post_rating
from gateway_service.v1.shapes import Uuid

router = APIRouter(include_in_schema=False)


class Judged(Pressed):
    score: Annotated[int, Field(ge=1, le=5)]


@router.post("/orders/{uuid}/rating")
async def rate_and_confirm(request: Request, uuid: Uuid, asked: Asked, pressed: Annotated[Judged, Form()]) -> Response:
    """Each of the two happens once, however often it is pressed. What was confirmed meanwhile is still judged."""
    await post_rating(uuid, NewRating(score=pressed.score, reasons=[]), asked, str(uuid5(pressed.request_id, "rating")))
    await post_confirm(uuid, asked, pressed.key)
    return said(request, asked.words.say("rated"), back=own_path(pressed.back))
