"""Fresh positions in Redis: they may be lost, so no one waits for them and nothing depends on them."""

from collections.abc import Iterable
from typing import cast

import structlog
from redis import Redis, RedisError

log = structlog.get_logger(__name__)

_KEY = "order:positions"


class LivePositions:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def put(self, worker: str, lat: float, lon: float) -> None:
        try:
            self._redis.geoadd(_KEY, (lon, lat, worker))
        except (RedisError, OSError) as gone:
            log.warning("position.lost", reason=type(gone).__name__)

    def drop(self, worker: str) -> None:
        try:
            self._redis.zrem(_KEY, worker)
        except (RedisError, OSError) as gone:
            log.warning("position.kept", reason=type(gone).__name__)

    def near(self, lat: float, lon: float, radius_m: float) -> dict[str, float]:
        """Worker → metres; raises RedisError when Redis cannot be asked."""
        found = self._redis.geosearch(_KEY, longitude=lon, latitude=lat, radius=radius_m, unit="m", withdist=True)
        return {_text(worker): metres for worker, metres in cast("list[tuple[bytes | str, float]]", found)}

    def known(self, workers: Iterable[str]) -> set[str]:
        """Those whose fresh position is there, wherever it is."""
        asked = list(workers)
        if not asked:
            return set()
        places = cast("list[object]", self._redis.geopos(_KEY, *asked))
        return {worker for worker, place in zip(asked, places, strict=True) if place is not None}


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
