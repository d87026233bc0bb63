"""A gateway on a real port, in a thread of the test."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2

from chassis.identity import Identity
from gateway_service.app import build
from gateway_service.entrypoints.web import listen, server_of
from gateway_service.peers import SERVICES
from gateway_service.settings import GatewaySettings

DESK_SECRET = "made-up-desk-secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A person's phone: signed in, speaking to one gateway."""

    base: str
    headers: dict[str, str]

    def get(self, path: str, **more: Any) -> httpx2.Response:
        return httpx2.get(self.base + path, headers=self.headers, timeout=20, **more)

    def post(self, path: str, body: object = None, *, key: str = "", **headers: str) -> httpx2.Response:
        sent = self.headers | {"Idempotency-Key": key or str(uuid4())} | headers
        return httpx2.post(self.base + path, headers=sent, json=body, timeout=20)

    @contextmanager
    def listening(self, path: str, **headers: str) -> Iterator[Iterator[dict[str, Any]]]:
        """Opens a feed; yields its events as they come: `id`, `event`, `data`."""
        with httpx2.stream("GET", self.base + path, headers=self.headers | headers, timeout=20) as answer:
            assert answer.status_code == 200, answer.read()
            yield _events(answer.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if not line and event:
            if "data" in event or event.get("event"):
                yield event
            event = {}
        elif name:
            event[name] = json.loads(value) if name == "data" and value[:1] == "{" else value


class RunningGateway:
    def __init__(self, settings: GatewaySettings, target: str, people: Identity) -> None:
        self._people = people
        self.app = build(settings, dict.fromkeys(SERVICES, target))
        self.server = server_of(self.app, settings)
        self._socket = listen(settings)
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self._socket]}, name="gateway")

    def start(self) -> None:
        self._thread.start()
        with httpx2.Client(transport=httpx2.HTTPTransport(retries=20)) as client:
            client.get(f"{self.base}/livez", timeout=20).raise_for_status()

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()

    def somebody(self, subject: str, *roles: str, language: str = "en", seconds: float = 900) -> Somebody:
        token = self._people.vouch(subject, roles, timedelta(seconds=seconds))
        return Somebody(base=self.base, headers={"Authorization": f"Bearer {token}", "Accept-Language": language})
