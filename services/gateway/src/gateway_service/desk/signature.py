"""HMAC-SHA-256 over `timestamp.body`, as the cores sign their pages."""

import hmac
from hashlib import sha256

from chassis.clock import wall_now

GOOD_FOR_S = 300


def is_signed(secret: str, timestamp: str, signature: str, body: bytes) -> bool:
    """False without a secret, for a wrong signature, and for one that is older or newer than five minutes."""
    if not secret or not timestamp.isascii() or not timestamp.isdigit():
        return False
    if abs(wall_now().timestamp() - int(timestamp[:15])) > GOOD_FOR_S:
        return False
    expected = hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())
