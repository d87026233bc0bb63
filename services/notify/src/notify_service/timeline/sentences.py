"""A line of the timeline as a sentence. It names nobody, so everyone who may see the incident may read it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from notify_service.text import catalogue
from notify_service.text.catalogue import Reader
from notify_service.timeline.store import Line


def sentence(line: Line, language: str, zone: ZoneInfo) -> str:
    reader = Reader(language=catalogue.supported(language), zone=zone, names={})
    return catalogue.timeline(line.type, line.params, reader)
