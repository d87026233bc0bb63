"""A duty desk of a test: it takes pages over HTTP, as a real one's pager would."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.body)
        return answer


@dataclass
class DeskDoor:
    status: int = 204
    pages: list[Page] = field(default_factory=list)
    url: str = ""


@contextmanager
def desk_listening(door: DeskDoor) -> Iterator[DeskDoor]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            door.pages.append(Page(path=self.path, headers=dict(self.headers), body=body))
            self.send_response(door.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    door.url = f"http://127.0.0.1:{server.server_address[1]}/desk/pages"
    try:
        yield door
    finally:
        server.shutdown()
        server.server_close()
