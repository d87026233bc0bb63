"""Values between the product and SQLite: moments are microseconds since 1970, lists and documents are JSON."""

import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from json.encoder import c_make_encoder, encode_basestring_ascii  # type: ignore[attr-defined]
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_decode = json.JSONDecoder().raw_decode
# As `json.dumps`, which makes this anew at each call.
_encoder = c_make_encoder(None, None, encode_basestring_ascii, None, ": ", ", ", False, False, True)
_MICROSECOND = timedelta(microseconds=1)
_SPAN = re.compile(r"(\d+) (second|minute|hour)")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // _MICROSECOND


def moment_of(value: int) -> datetime:
    return EPOCH + timedelta(microseconds=value)


def _encode(value: Any) -> str:
    return "".join(_encoder(value, 0))


_IN_LIST: dict[type, Callable[[Any], Any]] = {bytes: bytes.hex, UUID: str, datetime: micros}


def _list(items: Any) -> str:
    if _IN_LIST.keys().isdisjoint(map(type, items)):
        return _encode(list(items))
    return _encode([_IN_LIST.get(type(item), _same)(item) for item in items])


def _same(value: Any) -> Any:
    return value


_TO: dict[type, Callable[[Any], Any]] = {
    datetime: micros,
    timedelta: lambda span: span // _MICROSECOND,
    UUID: str,
    Jsonb: lambda document: _encode(document.obj),
    list: _list,
    tuple: _list,
}
_to = _TO.get


def stored(params: Any) -> Any:
    """Parameters as SQLite takes them."""
    if not params:
        return ()
    if isinstance(params, Mapping):
        return {name: value if (to := _to(type(value))) is None else to(value) for name, value in params.items()}
    return [value if (to := _to(type(value))) is None else to(value) for value in params]


@lru_cache(maxsize=8_192)
def _moment(raw: bytes) -> datetime:
    return EPOCH + timedelta(microseconds=int(float(raw)))


def interval_us(text: str) -> int:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"no interval: {text}")
    return int(found[1]) * _SECONDS[found[2]] * 1_000_000


def _from_iso(text: str | None) -> int | None:
    return None if text is None else micros(datetime.fromisoformat(text))


def prepare(db: sqlite3.Connection) -> None:
    """PostgreSQL's own functions that the statements use."""
    db.create_function("interval_us", 1, interval_us, deterministic=True)
    db.create_function("moment", 1, _from_iso, deterministic=True)
    db.create_function("regexp", 2, lambda pattern, text: re.search(pattern, text) is not None, deterministic=True)
    db.create_function("uuid7_time", 1, lambda name: int(name.replace("-", "")[:12], 16) * 1000, deterministic=True)
    db.create_function("greatest", 2, max, deterministic=True)
    db.create_function("starts_with", 2, str.startswith, deterministic=True)
    db.create_function("split_part", 3, lambda text, by, at: text.split(by)[at - 1], deterministic=True)


for _type in ("textarray", "jsonb"):
    sqlite3.register_converter(_type, lambda raw: _decode(raw.decode())[0])
sqlite3.register_converter("timestamptz", _moment)
sqlite3.register_converter("boolean", lambda raw: raw == b"1")
sqlite3.register_converter("uuid", lru_cache(maxsize=8_192)(lambda raw: UUID(raw.decode())))
