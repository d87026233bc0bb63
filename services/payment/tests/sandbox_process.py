"""The real sandbox as its own process, which tests may kill and bring back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from chassis.clock import wall_ms
from payment_service.processor.sandbox import Endpoint, SandboxProcessor
from payment_service.processor.signature import HEADER, sign
from payment_service.settings import SECRETS

SECRET = "made-up-secret"


class SandboxProcess:
    def __init__(self, state: Path, *, secret: str = SECRET) -> None:
        self._state, self._secret, self._port = state, secret, 0
        self._process: subprocess.Popen[str] | None = None
        self._before = 0
        self.url = ""
        self.start()

    def start(self) -> None:
        """On the same port and with the same memory as before."""
        command = [sys.executable, "-m", "payment_service.sandbox", "--port", str(self._port)]
        command += ["--state", str(self._state), "--slow-seconds", "0.6"]
        environ = os.environ | {SECRETS: self._secret}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)
        assert self._process.stdout is not None
        self.url = json.loads(self._process.stdout.readline())["url"]
        self._port = urlsplit(self.url).port or 0

    def kill(self) -> None:
        """At once and without a word, as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(timeout=10)

    def adapter(self, *, timeout_s: float = 4) -> SandboxProcessor:
        return SandboxProcessor(Endpoint(url=self.url, secrets=(SECRET,), timeout_s=timeout_s))

    def forget(self) -> None:
        """What is there now belongs to other tests."""
        self._before += len(self.statement())

    def statement(self) -> list[dict[str, Any]]:
        """What the processor says it holds and took."""
        signature = sign(SECRET, ["GET", "/v1/authorisations", "", b""], now=wall_ms() // 1000)
        answer = httpx2.get(f"{self.url}/v1/authorisations", headers={HEADER: signature})
        found: list[dict[str, Any]] = answer.raise_for_status().json()["data"]
        return found[self._before :]

    def held(self) -> int:
        return sum(each["remaining_minor"] for each in self.statement())

    def taken(self) -> int:
        return sum(each["captured_minor"] for each in self.statement())
