"""Enum values of the contract ↔ the small words JSON and pages carry."""

from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

# A generated enum: its wrapper is typed as a class with a metaclass, which no Protocol describes.
Enum = Any


def word(kind: Enum, value: int) -> str:
    """`ORDER_STATE_EN_ROUTE` → `en_route`; a value this release does not know is `unknown`."""
    try:
        name: str = kind.Name(value)
    except ValueError:
        return "unknown"
    text = name.removeprefix(_prefix(kind)).lower()
    return "" if text == "unspecified" else text


def value(kind: Enum, text: str) -> Any:
    """`en_route` → `ORDER_STATE_EN_ROUTE`."""
    return kind.Value(_prefix(kind) + text.upper())


def words(kind: Enum) -> tuple[str, ...]:
    return tuple(filter(None, (word(kind, number) for number in kind.values())))


def moment(stamp: Timestamp) -> datetime | None:
    """None when it was never set."""
    return stamp.ToDatetime(tzinfo=UTC) if stamp.seconds else None


def stamp_of(when: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(when.astimezone(UTC))
    return stamp


def last(name: str) -> str:
    """The last part of a resource name."""
    return name.rpartition("/")[2]


def _prefix(kind: Enum) -> str:
    return str(kind.keys()[0]).removesuffix("UNSPECIFIED")
