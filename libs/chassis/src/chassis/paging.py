"""The second door: a human is told past everything of ours, by a signed webhook that needs nothing but this process.

A page is an effect. Its key is the same with every try, so that whoever got it twice shows it once.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import structlog

from chassis.effects import Effect, Outcome
from chassis.metrics import PAGES
from chassis.webhook import Webhook
from chassis.work import Work

log = structlog.get_logger(__name__)

PAGE = "page"
LONGEST_DELAY_S = 30.0

Page = Mapping[str, Any]
Transaction = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Why a human is paged: whether it still is so, and what is recorded once the page was taken."""

    is_needed: Callable[[Work, Page], bool]
    taken: Callable[[Work, Page], object] = lambda *_: None


def page(work: Work, about: str, *, reason: str, region: str, **facts: str) -> None:
    """Asks for a page; a second one about the same for the same reason changes nothing. Names and codes only."""
    told = {"reason": reason, "region": region, "correlation": work.context.correlation} | facts
    work.request_effect(f"{PAGE}:{reason}:{about}", PAGE, told)


class Pager:
    """Told until it is taken, or until it is no longer so."""

    attempts: int | None = None

    def __init__(self, door: Webhook, transaction: Transaction, occasions: Mapping[str, Occasion]) -> None:
        self._door, self._transaction, self._occasions = door, transaction, occasions
        self._taken = {reason: PAGES.labels(reason) for reason in occasions}

    def delay(self, attempt: int) -> float:
        return min(LONGEST_DELAY_S, 2.0**attempt)

    def ask(self, effect: Effect) -> Outcome | None:
        return None

    def call(self, effect: Effect) -> Outcome:
        with self._transaction() as work:
            if not self._occasion(effect).is_needed(work, effect.request):
                return Outcome.done()
        return self._door.post(effect.key, effect.request)

    def settle(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        if outcome.reference:  # empty: nobody had to be told
            self._occasion(effect).taken(work, effect.request)
            self._taken[effect.request["reason"]].inc()
            log.warning("page.taken", key=effect.key, region=effect.request["region"], attempt=effect.attempt)

    def _occasion(self, effect: Effect) -> Occasion:
        return self._occasions[effect.request["reason"]]
