"""How a person or a duty desk can be reached."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Channel(StrEnum):
    VOICE = "voice"
    SMS = "sms"
    PUSH = "push"
    EMAIL = "email"
    WEBHOOK = "webhook"
    FEED = "feed"


class ContactPointNotUsable(Exception):
    """A value that its channel cannot carry."""


class QuietHoursNotUsable(Exception):
    """Hours that no day has."""


SHAPES = {
    Channel.VOICE: r"\+[1-9][0-9]{5,14}",
    Channel.SMS: r"\+[1-9][0-9]{5,14}",
    Channel.EMAIL: r"[^@\s,<>]+@[^@\s,<>]+",
    Channel.WEBHOOK: r"https?://[^\s]+",
    Channel.PUSH: r"[!-~]+",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    channel: Channel
    value: str
    rank: int = 0
    quiet_hours: str = ""

    def __post_init__(self) -> None:
        shape = SHAPES.get(self.channel)
        if shape is None or re.fullmatch(shape, self.value) is None:
            raise ContactPointNotUsable(self.channel.value)
        QuietHours.parse(self.quiet_hours)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local hours in which nothing that can wait is sent, `22-07`; may span midnight."""

    start: int
    end: int

    @classmethod
    def parse(cls, text: str) -> QuietHours | None:
        if not text:
            return None
        start, end = (int(hour) for hour in text.split("-"))
        if max(start, end) > 23:
            raise QuietHoursNotUsable(text)
        return cls(start, end) if start != end else None

    def over_at(self, local: datetime) -> datetime:
        """The same moment when it is not quiet, else the local end of the quiet hours."""
        if not self._covers(local.hour):
            return local
        end = local.replace(hour=self.end, minute=0, second=0, microsecond=0)
        return end if end > local else end + timedelta(days=1)

    def _covers(self, hour: int) -> bool:
        if self.start < self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end


def desks_above(region: str) -> list[str]:
    """The region and every region above it, the nearest first: who answers when the nearest has no duty desk."""
    parts = region.split("/")
    return ["/".join(parts[:length]) for length in range(len(parts), 1, -1)]
