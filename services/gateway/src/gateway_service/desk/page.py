"""A page: what nobody did in time, told to the duty desk past everything else."""

import json
from dataclasses import dataclass, fields


class PageUnreadable(Exception):
    """Signed, but not a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """Resource names and codes; the same key is the same page. It is about an incident, an alarm or a parked event;
    without a region it concerns every desk."""

    key: str
    reason: str
    region: str
    alarm: str
    incident: str
    number: str
    kind: str
    event: str
    type: str
    receive_time: str

    @property
    def about(self) -> str:
        return self.incident or self.alarm or self.event

    @classmethod
    def read(cls, key: str, body: bytes) -> "DeskPage":
        try:
            told = json.loads(body)
            words = {name: str(told.get(name, ""))[:200] for name in _WORDS}
        except (ValueError, AttributeError) as bad:
            raise PageUnreadable from bad
        page = cls(key=key[:200], **words)
        if not key or not page.about or not (page.region or page.event):
            raise PageUnreadable
        return page


_WORDS = tuple(each.name for each in fields(DeskPage) if each.name != "key")
