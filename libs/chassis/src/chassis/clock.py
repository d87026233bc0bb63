"""The only module that reads clocks. Business time is `Work.now`, which the database tells."""

import time
from datetime import UTC, datetime


def wall_ms() -> int:
    """Unix milliseconds, for ids and log lines."""
    return time.time_ns() // 1_000_000


def wall_now() -> datetime:
    """Aware UTC time of this host, for tokens and certificates."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds that never run backwards, for time-outs and durations."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Blocks the calling thread."""
    time.sleep(seconds)
