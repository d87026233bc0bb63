"""SQL of the feed of each provider."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chassis.work import Work
from order_service.news.domain import News, NewsKind

CHANNEL = "provider_news"
AT_ONCE = 50
KEPT_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """News of a provider from behind the floor up to the last; what is older is no longer kept."""

    floor: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    position: int
    order: str
    kind: NewsKind
    reason: str
    news_time: datetime


def add_news(work: Work, told: Iterable[News]) -> None:
    """In one order of providers, so that two transactions do not wait for each other."""
    for news in sorted(told, key=lambda each: each.provider):
        row = work.one(
            """INSERT INTO provider_feeds AS f (provider, last) VALUES (%s, 1)
               ON CONFLICT (provider) DO UPDATE SET last = f.last + 1 RETURNING last""",
            [news.provider],
        )
        work.run(
            """INSERT INTO provider_news (provider, position, "order", news, reason) VALUES (%s, %s, %s, %s, %s)""",
            [news.provider, row["last"] if row else 0, news.order, news.kind, news.reason],
        )
        work.rings.add(CHANNEL)


def news_after(work: Work, provider: str, position: int) -> list[Entry]:
    rows = work.all(
        """SELECT position, "order", news, reason, news_time FROM provider_news
           WHERE provider = %s AND position > %s ORDER BY position LIMIT %s""",
        [provider, position, AT_ONCE],
    )
    return [
        Entry(
            position=row["position"],
            order=row["order"],
            kind=NewsKind(row["news"]),
            reason=row["reason"],
            news_time=row["news_time"],
        )
        for row in rows
    ]


def feed_of(work: Work, provider: str) -> Feed:
    row = work.one("SELECT floor, last FROM provider_feeds WHERE provider = %s", [provider])
    return Feed(**row) if row else Feed(floor=0, last=0)


def trim_news(work: Work) -> None:
    work.run("SELECT trim_provider_news(%s)", [KEPT_DAYS])
