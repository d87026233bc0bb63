"""Liveness, readiness and metrics over HTTP, for every process of either runtime."""

import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chassis.metrics import Check

Figures = Callable[[], bytes]


class HealthServer:
    """`/livez` and `/readyz` answer 200 or 503 with the reason; a check returns an empty string when all is well.

    `/metrics` answers with what `figures` gives, or 503 when that raises TimeoutError.
    """

    def __init__(self, address: str, *, live: Check, ready: Check, figures: Figures = generate_latest) -> None:
        host, _, port = address.rpartition(":")
        checks = {"/livez": live, "/readyz": ready}
        self._server = ThreadingHTTPServer((host, int(port)), _handler(checks, figures))
        self.port: int = self._server.server_address[1]

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="health", daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(checks: dict[str, Check], figures: Figures) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._tell_figures()
            elif self.path in checks:
                reason = checks[self.path]()
                self._answer(503 if reason else 200, (reason or "ok").encode(), "text/plain; charset=utf-8")
            else:
                self._answer(404, b"not found", "text/plain")

        def _tell_figures(self) -> None:
            try:
                self._answer(200, figures(), CONTENT_TYPE_LATEST)
            except TimeoutError as late:
                self._answer(503, str(late).encode(), "text/plain; charset=utf-8")

        def _answer(self, status: int, body: bytes, content_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            with suppress(ConnectionError):  # whoever asked has given up
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
            """Probes are not worth a line."""

    return Handler
