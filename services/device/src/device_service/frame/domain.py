"""What one identity said a moment ago: the same bytes again are the same frame, told twice."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from struct import Struct

MOST_REMEMBERED = 1024  # a week of a watch that was away, told again at once
DIGEST_SIZE = 16
_ENTRY = Struct(f">q{DIGEST_SIZE}s")
_TIME = Struct(">q")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatWindow:
    """Moment and digest of each frame, oldest first, packed as it is stored: every frame of a device comes by here.

    A repeat does not prolong the window: a new press after it is a new alarm.
    """

    packed: bytes = b""

    def holds(self, digest: bytes, now: datetime, window: timedelta) -> bool:
        at = self.packed.find(digest)
        while at >= 0:
            is_entry = at % _ENTRY.size == _TIME.size
            if is_entry and self._is_young(at - _TIME.size, now, window):
                return True
            at = self.packed.find(digest, at + 1)
        return False

    def with_heard(self, digest: bytes, now: datetime, window: timedelta) -> "RepeatWindow":
        start = max(0, len(self.packed) - (MOST_REMEMBERED - 1) * _ENTRY.size)
        while start < len(self.packed) and not self._is_young(start, now, window):
            start += _ENTRY.size
        return RepeatWindow(packed=self.packed[start:] + _ENTRY.pack((now - _EPOCH) // _MICROSECOND, digest))

    def _is_young(self, at: int, now: datetime, window: timedelta) -> bool:
        (heard,) = _TIME.unpack_from(self.packed, at)
        return bool((now - _EPOCH) // _MICROSECOND - heard < window // _MICROSECOND)
