"""The sandbox processor over HTTP: signed both ways, every call with its key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote

import httpx2

from chassis.clock import wall_ms
from payment_service.ledger.domain.amount import Amount
from payment_service.processor.port import Answer, NotSent
from payment_service.processor.signature import HEADER, sign, verify

_NEVER_ARRIVED = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
REFUSALS = frozenset({402, 404, 410, 422})


class ProcessorFailed(Exception):
    """No answer that can be trusted: what happened is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where the processor is, and the secrets shared with it, the newest first."""

    url: str
    secrets: tuple[str, ...]
    timeout_s: float


class SandboxProcessor:
    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._client = httpx2.Client(base_url=endpoint.url, timeout=endpoint.timeout_s)

    def authorise(self, key: str, *, token: str, amount: Amount) -> Answer:
        return self._finish(key, *self._post("/v1/authorisations", key, {"token": token, "amount": _money(amount)}))

    def capture(self, key: str, *, reference: str, amount: Amount) -> Answer:
        return self._finish(key, *self._post(f"{_path(reference)}/captures", key, {"amount": _money(amount)}))

    def void(self, key: str, *, reference: str) -> Answer:
        return self._finish(key, *self._post(f"{_path(reference)}/voids", key, {}))

    def find(self, key: str) -> Answer | None:
        status, kept = self._send("GET", f"/v1/requests?key={quote(key, safe='')}", key, b"")
        if status == 404:
            return None
        return self._finish(key, kept["status"], kept["body"])

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _finish(self, key: str, status: int, said: dict[str, Any]) -> Answer:
        """A capture is whole once the rest is let go; that second call has a key of its own and may be repeated."""
        if status in REFUSALS:
            return Answer(accepted=False, reason=str(said["error"]["code"]).upper())
        if said["object"] == "capture" and said["remaining_minor"] > 0:
            self._post(f"{_path(said['authorisation'])}/voids", f"{key}:rest", {})
        return Answer(accepted=True, reference=said["id"])

    def _post(self, target: str, key: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return self._send("POST", target, key, json.dumps(body).encode())

    def _send(self, method: str, target: str, key: str, body: bytes) -> tuple[int, dict[str, Any]]:
        request = self._client.build_request(method, target, content=body)
        said: list[str | bytes] = [method, request.url.raw_path, key, body]
        signature = sign(self._endpoint.secrets[0], said, now=wall_ms() // 1000)
        request.headers.update({"Idempotency-Key": key, HEADER: signature, "Content-Type": "application/json"})
        try:
            response = self._client.send(request)
        except _NEVER_ARRIVED as lost:
            raise NotSent(type(lost).__name__) from lost
        return self._read(response, signature)

    def _read(self, response: httpx2.Response, signature: str) -> tuple[int, dict[str, Any]]:
        """Only what the processor signed, for this very call, is believed."""
        status = response.status_code
        given = response.headers.get(HEADER, "")
        verify(self._endpoint.secrets, given, [signature, str(status), response.content], now=wall_ms() // 1000)
        if status == 429:
            raise NotSent("RATE_LIMITED")
        if status not in REFUSALS and not 200 <= status < 300:
            raise ProcessorFailed(f"status {status}")
        said = response.json()
        if not isinstance(said, dict):
            raise ProcessorFailed("not an object")
        return status, said


def _path(reference: str) -> str:
    return f"/v1/authorisations/{quote(reference, safe='')}"


def _money(amount: Amount) -> dict[str, Any]:
    return {"minor": amount.minor, "asset": amount.asset}
