"""Where a list goes on. Opaque to callers; the scope is checked anew at every page."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

from chassis.refusal import Refusal

START = ("", "")


class PageTokenInvalid(Refusal):
    """Not a token of this list."""

    status = "INVALID_ARGUMENT"
    sentence = "The page token does not belong to this list. Start again without one."


def page_token(listed: str, after: tuple[str, str]) -> str:
    return urlsafe_b64encode(json.dumps([listed, *after]).encode()).decode()


def after_token(listed: str, token: str) -> tuple[str, str]:
    """Return the last row of the page before; refuses a token of another list."""
    if not token:
        return START
    try:
        known, region, name = json.loads(urlsafe_b64decode(token.encode()))
    except (Error, ValueError, TypeError) as garbled:
        raise PageTokenInvalid from garbled
    if known != listed or not all(isinstance(part, str) and part.isprintable() for part in (region, name)):
        raise PageTokenInvalid
    return region, name
