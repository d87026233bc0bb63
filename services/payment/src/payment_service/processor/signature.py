"""HMAC-SHA-256 over a timestamp and what was said, in the form `t=1763800000,v1=hex`.

A request signs its method, target, key and body, an answer the signature it answers and its body: neither can be
moved to another call. No header or target holds a newline, so the parts cannot run into each other. Two secrets may
be live while one is being replaced.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence

WINDOW_S = 300
HEADER = "X-Signature"
_FORM = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


class BadSignature(Exception):
    """Not signed with a live secret, or not within five minutes."""


def sign(secret: str, said: Sequence[str | bytes], *, now: int) -> str:
    return f"t={now},v1={_digest(secret, now, said)}"


def verify(secrets: Sequence[str], header: str, said: Sequence[str | bytes], *, now: int) -> None:
    """Raises BadSignature."""
    form = _FORM.fullmatch(header)
    if form is None:
        raise BadSignature("no signature")
    then, given = int(form[1]), form[2]
    matches = [hmac.compare_digest(_digest(secret, then, said), given) for secret in secrets]
    if not any(matches):
        raise BadSignature("another secret, or other words")
    if abs(now - then) > WINDOW_S:
        raise BadSignature("too old or too new")


def _digest(secret: str, then: int, said: Sequence[str | bytes]) -> str:
    parts = [part.encode() if isinstance(part, str) else part for part in said]
    return hmac.new(secret.encode(), str(then).encode() + b"." + b"\n".join(parts), "sha256").hexdigest()
