"""Pages of a list: a token is the place after the last row, opaque to the caller and no authority."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from datetime import UTC, datetime

from chassis.refusal import Refusal

USUAL, MOST = 20, 100


class PageTokenWrong(Refusal):
    status = "INVALID_ARGUMENT"
    sentence = "This page_token was not given out for this list. Start again without one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    size: int
    after: tuple[str, ...] | None

    def next_token(self, place: tuple[str, ...], count: int) -> str:
        """Empty when the list ended before the page did."""
        return urlsafe_b64encode(json.dumps(place).encode()).decode() if count == self.size else ""


def page_of(size: int, token: str, *, parts: int) -> Page:
    return Page(size=min(size or USUAL, MOST), after=_place(token, parts) if token else None)


def _place(token: str, parts: int) -> tuple[str, ...]:
    try:
        place = json.loads(urlsafe_b64decode(token.encode()))
    except (ValueError, Error) as broken:
        raise PageTokenWrong from broken
    if not isinstance(place, list) or len(place) != parts or not all(isinstance(part, str) for part in place):
        raise PageTokenWrong
    return tuple(place)


def time_in(part: str) -> datetime:
    """The moment inside a place; the end of time where a list begins."""
    try:
        return datetime.fromisoformat(part) if part else datetime.max.replace(tzinfo=UTC)
    except ValueError as broken:
        raise PageTokenWrong from broken
