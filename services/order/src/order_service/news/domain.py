"""What a provider's own system is told: an offer, its end, the end of an order it had."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from order_service.visit.domain.facts import OffersWithdrawn, OrderFact, OrderOfferedToProviders, ProviderReleased


class NewsKind(StrEnum):
    OFFERED = "offered"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    provider: str
    order: str
    kind: NewsKind
    reason: str = ""


def news_of(facts: Iterable[OrderFact]) -> Iterator[News]:
    for fact in facts:
        match fact:
            case OrderOfferedToProviders(order=order, providers=providers):
                yield from (News(provider=each, order=order, kind=NewsKind.OFFERED) for each in providers)
            case OffersWithdrawn(order=order, providers=providers, reason=reason):
                for each in providers:
                    yield News(provider=each, order=order, kind=NewsKind.WITHDRAWN, reason=reason)
            case ProviderReleased(order=order, provider=provider, reason=reason):
                yield News(provider=provider, order=order, kind=NewsKind.RELEASED, reason=reason)
            case _:
                pass
