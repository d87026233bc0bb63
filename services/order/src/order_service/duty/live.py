"""Fresh positions in Redis: they may be lost, so no one waits for them and nothing depends on them."""

from collections.abc import Callable, Iterable
from typing import TypeVar, cast

import structlog
from redis import Redis, RedisError

from chassis.clock import monotonic

log = structlog.get_logger(__name__)

_KEY = "order:positions"
# A Redis that hangs costs whoever asks half a second; then nobody asks for this long.
BREATHE_S = 5.0
T = TypeVar("T")


class LivePositions:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._silent_until = 0.0

    def put(self, worker: str, lat: float, lon: float) -> None:
        try:
            self._ask(lambda: self._redis.geoadd(_KEY, (lon, lat, worker)))
        except (RedisError, OSError) as gone:
            log.warning("position.lost", reason=type(gone).__name__)

    def drop(self, worker: str) -> None:
        try:
            self._ask(lambda: self._redis.zrem(_KEY, worker))
        except (RedisError, OSError) as gone:
            log.warning("position.kept", reason=type(gone).__name__)

    def near(self, lat: float, lon: float, radius_m: float) -> dict[str, float]:
        """Worker → metres; raises RedisError or OSError when Redis cannot be asked."""
        found = self._ask(
            lambda: self._redis.geosearch(_KEY, longitude=lon, latitude=lat, radius=radius_m, unit="m", withdist=True)
        )
        return {_text(worker): metres for worker, metres in cast("list[tuple[bytes | str, float]]", found)}

    def known(self, workers: Iterable[str]) -> set[str]:
        """Those whose fresh position is there, wherever it is; raises like `near`."""
        asked = list(workers)
        if not asked:
            return set()
        places = cast("list[object]", self._ask(lambda: self._redis.geopos(_KEY, *asked)))
        return {worker for worker, place in zip(asked, places, strict=True) if place is not None}

    def _ask(self, question: Callable[[], T]) -> T:
        if monotonic() < self._silent_until:
            raise RedisError("did not answer a moment ago")
        try:
            return question()
        except (RedisError, OSError):
            self._silent_until = monotonic() + BREATHE_S
            raise


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
