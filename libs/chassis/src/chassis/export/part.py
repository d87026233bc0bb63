"""One kind of record a service gives to an export: which rows, in which order, told how."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.export.shape import Row, Shape
from chassis.refusal import Refusal
from chassis.seal import Seals
from chassis.work import Work

Opened = Callable[[Work, Seals, Sequence[Row]], Sequence[Row]]
Selection = Mapping[str, str]
REGION = "region"


class SelectorUnknown(Refusal):
    status = "INVALID_ARGUMENT"
    sentence = "This part cannot be selected that way."


class PlaceUnreadable(Refusal):
    status = "INVALID_ARGUMENT"
    sentence = "This is not a place in this part to go on from."


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """What the rows of a large part belong to, one group after the other: a page then looks only at rows of groups that
    are wanted. `rows` is a SELECT without WHERE, `name` its column, `within` the condition of a row over %(group)s."""

    rows: str
    name: str
    within: str
    selectors: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`rows` is a SELECT without WHERE. `key` are expressions with their type, together unique, in the order of the
    rows (of one group). `sorted_by` names the fields that hold group and key. `selectors` are conditions over %(name)s,
    `older` says what is before %(until)s. `opened` may rewrite a page, to open what is sealed."""

    noun: str
    shape: Shape
    rows: str
    key: Mapping[str, str]
    sorted_by: Sequence[str]
    older: str
    selectors: Selection
    groups: Groups | None = None
    time: str = ""
    counted_in: str = ""
    counter: str = ""
    opened: Opened | None = None
    page: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which records: selectors, all of which hold, and until when."""

    selection: Selection
    until: datetime

    def params(self, **more: object) -> dict[str, Any]:
        below = f"{self.selection.get(REGION, '')}/%"
        return {"until": self.until, "below": below, **self.selection, **more}


def in_region(column: str) -> str:
    """The condition of a region and all below it."""
    return f"{column} = %(region)s OR {column} LIKE %(below)s"
