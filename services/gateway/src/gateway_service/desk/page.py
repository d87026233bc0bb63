"""A page: an alarm nobody took up in time, told to the duty desk by device itself."""

import json
from dataclasses import dataclass


class PageUnreadable(Exception):
    """Signed, but not a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """Resource names and codes; the same key is the same page."""

    key: str
    alarm: str
    region: str
    kind: str
    receive_time: str

    @classmethod
    def read(cls, key: str, body: bytes) -> "DeskPage":
        try:
            told = json.loads(body)
            words = {name: str(told.get(name, ""))[:200] for name in ("alarm", "region", "kind", "receive_time")}
        except (ValueError, AttributeError) as bad:
            raise PageUnreadable from bad
        if not key or not words["alarm"] or not words["region"]:
            raise PageUnreadable
        return cls(key=key[:200], **words)
