"""Page tokens: opaque to callers, the last row's key to us."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from chassis.refusal import Refusal

DEFAULT_SIZE = 50


class PageTokenUnreadable(Refusal):
    status = "INVALID_ARGUMENT"
    sentence = "This page_token is not one of ours; start again without it."


def size_of(wanted: int) -> int:
    return wanted or DEFAULT_SIZE


def token_of(*key: str) -> str:
    return urlsafe_b64encode(json.dumps(key).encode()).decode()


def key_of(token: str, parts: int) -> Sequence[str] | None:
    if not token:
        return None
    try:
        key = json.loads(urlsafe_b64decode(token))
    except ValueError as unreadable:
        raise PageTokenUnreadable from unreadable
    if not isinstance(key, list) or len(key) != parts or not all(isinstance(part, str) for part in key):
        raise PageTokenUnreadable
    return key
