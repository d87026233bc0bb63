from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import settings

from device_service.adapters.contract import Decoded, Line, SessionState
from device_service.adapters.watch import ADAPTER
from suite.simulated_watch import SimulatedWatch

# pytest services/device/tests/adapters --hypothesis-profile=thorough
settings.register_profile("thorough", max_examples=10_000, deadline=None)

RECEIVED = datetime(2026, 3, 5, 6, 7, 30, tzinfo=UTC)
Hear = Callable[..., list[Decoded]]


@pytest.fixture
def received() -> datetime:
    return RECEIVED


@pytest.fixture
def watch() -> SimulatedWatch:
    return SimulatedWatch(number="7031234567")


@pytest.fixture
def hear() -> Hear:
    """Bytes as they come from the line, framed and decoded."""

    def hear(data: bytes, state: SessionState | None = None, line: Line = Line.CLOSED) -> list[Decoded]:
        known = state or SessionState()
        framed = ADAPTER.frame(data, known, line)
        return [ADAPTER.decode(frame, known, RECEIVED) for frame in framed.frames]

    return hear
