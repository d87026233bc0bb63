"""Wakes the streams whose provider has news: one look at the feeds a ring, however many streams wait."""

import threading

from psycopg import Connection
from psycopg.rows import DictRow

from chassis.clock import monotonic
from chassis.loops import Loop
from order_service.news.store import CHANNEL

# Without a look for that long the bell cannot be relied on, and streams look for themselves.
DEAF_AFTER_S = 2.0


class NewsBell:
    def __init__(self, url: str) -> None:
        self._url = url
        self._heard = threading.Condition()
        self._last: dict[str, int] = {}
        self._looked = -DEAF_AFTER_S

    def run(self, stopping: threading.Event) -> None:
        loop = Loop(self._url, name="order.news", channel=CHANNEL, tick=self._look)
        loop.start()
        while not stopping.wait(0.5):
            if loop.failure is not None:
                raise loop.failure
        loop.stop()
        loop.join(timeout=5)

    def wait(self, provider: str, position: int, timeout_s: float) -> bool:
        """Whether a look at the feed is worth it."""
        with self._heard:
            has_news = self._heard.wait_for(lambda: self._last.get(provider, 0) > position, timeout_s)
            return has_news or monotonic() - self._looked > DEAF_AFTER_S

    def _look(self, connection: Connection[DictRow]) -> int:
        rows = connection.execute("SELECT provider, last FROM provider_feeds").fetchall()
        found = {row["provider"]: row["last"] for row in rows}
        with self._heard:
            self._looked = monotonic()
            if found != self._last:
                self._last = found
                self._heard.notify_all()
        return 0
