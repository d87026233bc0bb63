"""The sandbox's socket: reads, checks the signature, answers signed."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from chassis.clock import wall_ms
from payment_service.processor.signature import HEADER, BadSignature, sign, verify
from payment_service.sandbox.book import Book, Told, refusal
from payment_service.sandbox.desk import Desk

LARGEST_BODY = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a slow answer takes, and how long a mute one keeps the line open."""

    slow_s: float
    mute_s: float


class SandboxServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], state: Path, secrets: tuple[str, ...], patience: Patience) -> None:
        super().__init__(address, _Call)
        self.secrets, self._patience = secrets, patience
        self._stopping = threading.Event()
        self.desk = Desk(Book(state), wait=self._wait)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def stop(self) -> None:
        self._stopping.set()
        self.shutdown()

    def _wait(self, how: str) -> None:
        self._stopping.wait(self._patience.mute_s if how == "mute" else self._patience.slow_s)


class _Call(BaseHTTPRequestHandler):
    server: SandboxServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def do_GET(self) -> None:
        if self.path == "/health":
            self._say(Told(status=200, body={"status": "ok"}))
        elif self._is_signed(b""):
            self._say(self.server.desk.get(self.path))

    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            self.close_connection = True
            self._say(refusal(413, "too_large"))
        elif self._is_signed(body):
            told = self.server.desk.post(self.path, self.headers.get("Idempotency-Key", ""), body)
            if told is None:
                self.close_connection = True
            else:
                self._say(told)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's name
        """Nothing: a request line would show keys."""

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return None
        return self.rfile.read(int(length))

    def _is_signed(self, body: bytes) -> bool:
        said: list[str | bytes] = [self.command, self.path, self.headers.get("Idempotency-Key", ""), body]
        try:
            verify(self.server.secrets, self.headers.get(HEADER, ""), said, now=wall_ms() // 1000)
        except BadSignature:
            self._say(refusal(401, "bad_signature"))
            return False
        return True

    def _say(self, told: Told) -> None:
        body = json.dumps(told.body).encode()
        said: list[str | bytes] = [self.headers.get(HEADER, ""), str(told.status), body]
        self.send_response(told.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header(HEADER, sign(self.server.secrets[0], said, now=wall_ms() // 1000))
        self.end_headers()
        self.wfile.write(body)
