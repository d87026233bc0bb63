"""What a line holds: one declaration gives both its JSON and the JSON Schema it is proven by."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`plain` turns what the store gives into JSON."""

    types: tuple[str, ...]
    plain: Callable[[Any], Any]
    format: str = ""

    @property
    def schema(self) -> dict[str, Any]:
        told: dict[str, Any] = {"type": self.types[0] if len(self.types) == 1 else list(self.types)}
        return told | ({"format": self.format} if self.format else {})


def moment(value: datetime) -> str:
    """Microseconds and Z: the same moment, the same text."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


TEXT = Kind(types=("string",), plain=str)
TIME = Kind(types=("string",), plain=moment, format="date-time")
NUMBER = Kind(types=("number",), plain=float)
INTEGER = Kind(types=("integer",), plain=int)
FLAG = Kind(types=("boolean",), plain=bool)
LIST = Kind(types=("array",), plain=list)
OBJECT = Kind(types=("object",), plain=dict)


def maybe(kind: Kind) -> Kind:
    """The same, or null."""
    plain = kind.plain
    return replace(kind, types=(*kind.types, "null"), plain=lambda value: None if value is None else plain(value))


Shape = Mapping[str, Kind]


# One for all lines: `json.dumps` makes a new one each time.
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)


def line_of(shape: Shape, row: Row) -> bytes:
    """Keys in their order, no spaces: the same row, the same bytes."""
    return _JSON.encode({name: kind.plain(row[name]) for name, kind in shape.items()}).encode()


def schema_of(noun: str, shape: Shape) -> str:
    """Closed, every field present: a line that says more or less is not one of ours."""
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": noun,
        "type": "object",
        "properties": {name: kind.schema for name, kind in shape.items()},
        "required": sorted(shape),
        "additionalProperties": False,
    }
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"
