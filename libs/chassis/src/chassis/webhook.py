"""Signed webhooks: HMAC-SHA-256 over `timestamp.body`, with a key that makes a repeat the first one."""

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from chassis.clock import wall_ms
from chassis.effects import Outcome

TIMEOUT_S = 5.0


class Webhook:
    """One receiver outside, called past everything of ours."""

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = urlsplit(url), secret

    def post(self, key: str, told: Mapping[str, Any]) -> Outcome:
        """Raises what the network raises: then nobody knows whether it was heard, and it is told again."""
        if not self._url.hostname:
            return Outcome.later("WEBHOOK_NOT_CONFIGURED")
        body = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
        status = self._send(body, key)
        if 200 <= status < 300:
            return Outcome.done(key)
        return Outcome.later(f"WEBHOOK_ANSWERED_{status}")

    def _send(self, body: bytes, key: str) -> int:
        secure = self._url.scheme == "https"
        connection = (HTTPSConnection if secure else HTTPConnection)(
            self._url.hostname or "", self._url.port, timeout=TIMEOUT_S
        )
        try:
            connection.request("POST", self._url.path or "/", body, self._headers(body, key))
            return connection.getresponse().status
        except HTTPException as broken:
            raise ConnectionError("the answer cannot be read") from broken
        finally:
            connection.close()

    def _headers(self, body: bytes, key: str) -> dict[str, str]:
        timestamp = str(wall_ms() // 1000)
        return {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "Eldercare-Timestamp": timestamp,
            "Eldercare-Signature": sign(self._secret, timestamp, body),
        }


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()
