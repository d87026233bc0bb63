"""What happened on a ladder, for the use case to carry out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A step was taken: these people are called by every channel frozen for them."""

    step: int
    people: tuple[str, ...]
    is_desk: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyCame:
    """The family's steps ran out and nobody said that they are going."""


class Cause(StrEnum):
    """Why nobody else needs to go."""

    ON_MY_WAY = "on_my_way"
    TAKE_OVER = "take_over"
    ARRIVED = "arrived"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoodDown:
    by: str
    cause: Cause
    told: tuple[str, ...]
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    told: tuple[str, ...]


Fact = Called | NobodyCame | StoodDown | Closed
