"""An operator says whose an account of an identity provider is."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response

from gateway_service.house import Asked
from gateway_service.pages.forms import Pressed
from gateway_service.pages.names import names_of
from gateway_service.pages.render import page, said
from gateway_service.v1.accounts import Account, link_account
from gateway_service.v1.registers import PersonView, RegionQuery, list_persons

router = APIRouter(include_in_schema=False)
_A_PAGE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """`roles`: kinds, as `worker`."""

    person: str
    name: str
    roles: list[str]


class AccountTyped(Pressed, Account):
    person: UUID


@router.get("/accounts")
async def show_accounts(
    request: Request, asked: Asked, page_token: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    persons = await list_persons(asked, RegionQuery(page_size=_A_PAGE, page_token=page_token))
    names = await names_of(asked, [each.name for each in persons.persons], purpose="account_linking")
    shown: dict[str, Any] = {
        "persons": [_somebody(each, names.get(each.name, "")) for each in persons.persons],
        "issuers": [each.settings for each in asked.house.providers.values()],
        "next_page": persons.next_page_token,
    }
    return page(request, "accounts.html", signed_in=asked, **shown)


@router.post("/accounts")
async def post_account(request: Request, asked: Asked, typed: Annotated[AccountTyped, Form()]) -> Response:
    await link_account(typed.person, typed, asked, typed.key)
    return said(request, asked.words.say("account_linked"), back="/accounts")


def _somebody(person: PersonView, name: str) -> Somebody:
    roles = sorted({role.kind for role in person.roles if role.end_time is None})
    return Somebody(person=person.name, name=name, roles=roles)
