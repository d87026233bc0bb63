"""What a token makes the sandbox do, by how it begins; every other token is a card that works."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Slow waits first; one that fails once says 503 and does nothing; a mute one acts and never answers."""

    refusal: str = ""
    is_slow: bool = False
    fails_once: bool = False
    is_mute: bool = False


WELL = Behaviour()
_BEHAVIOURS = {
    ("tok_declined", Verb.AUTHORISE): Behaviour(refusal="card_declined"),
    ("tok_timeout_after", Verb.AUTHORISE): Behaviour(is_mute=True),
    ("tok_slow", Verb.AUTHORISE): Behaviour(is_slow=True),
    ("tok_error_once", Verb.AUTHORISE): Behaviour(fails_once=True),
    ("tok_capture_timeout_after", Verb.CAPTURE): Behaviour(is_mute=True),
    ("tok_capture_expired", Verb.CAPTURE): Behaviour(refusal="authorisation_expired"),
    ("tok_void_timeout_after", Verb.VOID): Behaviour(is_mute=True),
}


def behaviour(token: str, verb: Verb) -> Behaviour:
    found = (how for (start, at), how in _BEHAVIOURS.items() if at is verb and token.startswith(start))
    return next(found, WELL)
