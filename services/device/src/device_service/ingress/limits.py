"""How often one identity may speak. Alarms are never asked."""


class Bucket:
    """Tokens that come back with time; time is an argument."""

    __slots__ = ("_at", "_tokens")

    def __init__(self, burst: int, now: float) -> None:
        self._tokens = float(burst)
        self._at = now

    def take(self, now: float, *, per_s: float, burst: int) -> bool:
        self._tokens = min(float(burst), self._tokens + (now - self._at) * per_s)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Limits:
    """One bucket an identity, however many sessions it has."""

    def __init__(self, *, per_s: float, burst: int) -> None:
        self._per_s, self._burst = per_s, burst
        self._buckets: dict[str, Bucket] = {}

    def allow(self, identity: str, now: float) -> bool:
        bucket = self._buckets.get(identity)
        if bucket is None:
            bucket = self._buckets[identity] = Bucket(self._burst, now)
        return bucket.take(now, per_s=self._per_s, burst=self._burst)

    def forget_idle(self, speaking: set[str]) -> None:
        """A bucket of nobody is full again soon; it need not be kept."""
        self._buckets = {identity: bucket for identity, bucket in self._buckets.items() if identity in speaking}
