"""How often one caller or one address may ask. Counted in Redis, so that copies of the gateway share the count; while
Redis is away each counts for itself. A call for help, and a page to the duty desk, is never counted."""

import asyncio
from typing import Final

import structlog
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from chassis.clock import monotonic, wall_now
from gateway_service.problem.problem import Problem

log = structlog.get_logger(__name__)
NEVER_LIMITED: Final = ("/v1/help", "/help", "/desk/", "/livez", "/readyz", "/metrics", "/static/")
# Six digits are guessed across many phones from one address, too.
CODES: Final = ("/v1/sessions/code", "/sign-in/phone", "/sign-in/code")
_PATIENCE_S, _ALONE_S = 0.25, 5.0


class RateLimits:
    """Requests a minute; 0 is no limit. Made inside the running loop."""

    def __init__(self, redis_url: str, *, caller: int, address: int, codes: int) -> None:
        self._most = {"caller": caller, "address": address, "codes": codes}
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared = SlidingWindowCounterRateLimiter(_redis(redis_url)) if redis_url else None
        self._alone_until = 0.0

    async def admit(self, kind: str, who: str, path: str) -> None:
        """Raises Problem for whoever asks too often."""
        most = self._most[kind]
        if not most or path.startswith(NEVER_LIMITED):
            return
        limiter, item = self._own, RateLimitItemPerMinute(most)
        if self._shared is not None and monotonic() >= self._alone_until:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    await self._count(self._shared, item, kind, who)
            except (RedisError, OSError, TimeoutError) as away:
                self._alone_until = monotonic() + _ALONE_S
                log.warning("limits.counted_alone", reason=type(away).__name__)
            else:
                return
        await self._count(limiter, item, kind, who)

    async def _count(
        self, limiter: SlidingWindowCounterRateLimiter, item: RateLimitItemPerMinute, kind: str, who: str
    ) -> None:
        if await limiter.hit(item, kind, who):
            return
        reset = (await limiter.get_window_stats(item, kind, who)).reset_time
        wait = max(1, round(reset - wall_now().timestamp()))
        raise Problem("TOO_MANY_REQUESTS", 429, "Too many requests. Wait a little.", retry_after=str(min(60, wait)))


def _redis(url: str) -> RedisStorage:
    return RedisStorage(
        f"async+{url}", implementation="redispy", key_prefix="limits", socket_timeout=1, socket_connect_timeout=1
    )
