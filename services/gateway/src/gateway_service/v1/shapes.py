"""What every model of the API has in common: closed inputs, allow-listed outputs, pages, problems."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from gateway_service.problem.problem import MEDIA_TYPE

Uuid = Annotated[UUID, Path(description="The last part of the resource's name")]
Region = Annotated[str, Field(pattern=r"^regions(/[a-z0-9-]{1,40}){1,4}$", description="An administrative path")]
_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")


def _spelled_out(told: object) -> object:
    """Seconds since 1970 and clocks without a zone are no moments of the description."""
    if isinstance(told, str) and _RFC3339.fullmatch(told):
        return told
    raise ValueError("a moment is written as in RFC 3339, with its zone")


def _in_utc(told: datetime) -> datetime:
    try:
        return told.astimezone(UTC)
    except OverflowError:
        raise ValueError("no such moment in UTC") from None


Moment = Annotated[AwareDatetime, BeforeValidator(_spelled_out), AfterValidator(_in_utc)]
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Refused: `type` says why", "content": _PROBLEM},
    "5XX": {"description": "Not now, or our fault", "content": _PROBLEM},
}


class Input(BaseModel):
    """A body or query that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(Input):
    page_size: Annotated[int, Field(ge=1, le=100)] = 50
    page_token: Annotated[str, Field(max_length=200)] = ""


class FieldErrorView(BaseModel):
    field: str
    detail: str


class ProblemView(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(title="Problem")

    type: Annotated[str, Field(examples=["urn:eldercare:problem:offer-gone"])]
    title: str
    status: int
    detail: str
    errors: list[FieldErrorView] = []


class AmountView(BaseModel):
    """Minor units of an asset: CNY in fen."""

    minor: int
    asset: str


class Money(Protocol):
    @property
    def minor(self) -> int: ...
    @property
    def asset(self) -> str: ...


def amount(money: Money) -> AmountView:
    return AmountView(minor=money.minor, asset=money.asset or "CNY")


class PositionInput(Input):
    """Where somebody stands, WGS-84."""

    lat: Annotated[float, Field(ge=-90, le=90, strict=True)]
    lon: Annotated[float, Field(ge=-180, le=180, strict=True)]
    accuracy_m: Annotated[float, Field(ge=0, le=100_000, strict=True)]
    fix_time: Moment | None = None
