"""What one identity said a moment ago: the same bytes again are the same frame, told twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_REMEMBERED = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    digest: bytes
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatWindow:
    """Newest last. A repeat does not prolong the window: a new press after it is a new alarm."""

    heard: tuple[Heard, ...] = ()

    def holds(self, digest: bytes, now: datetime, window: timedelta) -> bool:
        return any(item.digest == digest and now - item.time < window for item in self.heard)

    def with_heard(self, digest: bytes, now: datetime, window: timedelta) -> "RepeatWindow":
        kept = [item for item in self.heard if now - item.time < window]
        return RepeatWindow(heard=(*kept, Heard(digest=digest, time=now))[-MOST_REMEMBERED:])
