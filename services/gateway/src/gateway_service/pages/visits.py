"""The buttons of an order: a worker's one action a state, and what elder, family and operator can do."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response

from gateway_service.house import Asked, SignedIn
from gateway_service.pages.forms import VisitStep
from gateway_service.pages.render import own_path, said
from gateway_service.v1 import orders
from gateway_service.v1.shapes import Uuid
from gateway_service.v1.visits import Arrival, arrive, complete, step

router = APIRouter(include_in_schema=False)
Verb = Literal["accept", "decline", "depart", "arrive", "start", "complete", "confirm", "cancel"]


@router.post("/orders/{uuid}/{verb}")
async def press(
    request: Request, uuid: Uuid, verb: Verb, asked: Asked, pressed: Annotated[VisitStep, Form()]
) -> Response:
    await _do(asked, uuid, verb, pressed)
    words = asked.words
    sentence = words.say({"confirm": "confirmed", "cancel": "cancelled"}.get(verb, "done"), verb=words.say(verb))
    return said(request, sentence, back=own_path(pressed.back))


async def _do(asked: SignedIn, uuid: Uuid, verb: Verb, pressed: VisitStep) -> None:
    if verb == "arrive":
        proof = Arrival(position=pressed.position, visit_code=pressed.visit_code)
        await arrive(asked, uuid, proof, pressed.key)
    elif verb == "complete":
        await complete(asked, uuid, pressed.hand_over, pressed.key)
    elif verb == "confirm":
        await orders.post_confirm(uuid, asked, pressed.key)
    elif verb == "cancel":
        await orders.post_cancel(uuid, orders.Cancelling(reason="not_needed"), asked, pressed.key)
    else:
        await step(asked, verb, uuid, pressed.key)
