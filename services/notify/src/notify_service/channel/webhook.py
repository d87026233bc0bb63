"""Signed webhooks: HMAC-SHA-256 over `timestamp.body`; the receiver may answer 409 to a key it has already."""

from __future__ import annotations

import asyncio
import json
import ssl
from dataclasses import dataclass
from http import HTTPStatus

import httpx2

from chassis.clock import wall_ms
from chassis.effects import Outcome
from chassis.webhook import sign
from notify_service.channel.addresses import AddressNotAllowed, Target, resolve
from notify_service.channel.port import Letter

RETRY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRules:
    """The first secret signs; while one is being replaced, the second signs as well."""

    secrets: tuple[str, ...]
    private_allowed: bool = False
    timeout_s: float = 8.0


class Webhook:
    def __init__(self, rules: WebhookRules) -> None:
        self._rules = rules
        self._tls = ssl.create_default_context()

    def send(self, letter: Letter, attempt: int) -> Outcome:
        """A time-out or a line cut while waiting raises: nobody knows, and the same key goes out again."""
        if not self._rules.secrets:
            return Outcome.refused("webhook_secret_missing")
        try:
            target = resolve(letter.address, private_allowed=self._rules.private_allowed)
        except AddressNotAllowed as refused:
            return Outcome.refused(refused.reason)
        except OSError as unknown_host:
            return Outcome.later(type(unknown_host).__name__)
        body = _body(letter)
        try:
            status = asyncio.run(self._post(target, body, letter.key))
        except httpx2.ConnectError:
            return Outcome.later("connect_error")
        return _outcome(status, attempt, letter.key)

    async def _post(self, target: Target, body: bytes, key: str) -> int:
        """One deadline for the whole call, however slowly bytes drip; of the answer only its status is read."""
        client = httpx2.AsyncClient(verify=self._tls, timeout=None, follow_redirects=False, trust_env=False)
        headers, sni = self._headers(target, body, key), {"sni_hostname": target.host}
        sent = client.stream("POST", target.pinned_url, content=body, headers=headers, extensions=sni)
        async with asyncio.timeout(self._rules.timeout_s), client, sent as answer:
            return answer.status_code

    def _headers(self, target: Target, body: bytes, key: str) -> dict[str, str]:
        timestamp = str(wall_ms() // 1000)
        return {
            "Content-Type": "application/json",
            "Host": target.host_header,
            "Idempotency-Key": key,
            "Eldercare-Timestamp": timestamp,
            "Eldercare-Signature": ",".join(sign(secret, timestamp, body) for secret in self._rules.secrets),
        }


def _outcome(status: int, attempt: int, key: str) -> Outcome:
    if 200 <= status < 300 or (status == HTTPStatus.CONFLICT and attempt > 1):
        return Outcome.done(f"webhook:{key}")
    if 400 <= status < 500 and status not in RETRY:
        return Outcome.refused(f"http_{status}")
    return Outcome.later(f"http_{status}")


def _body(letter: Letter) -> bytes:
    told = {
        "message": letter.key,
        "template": letter.template,
        "incident": letter.incident,
        "order": letter.order,
        "language": letter.language,
        "subject": letter.subject,
        "text": letter.text,
        "params": dict(letter.params),
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
