"""RabbitMQ's management interface over HTTP: quicker than a command-line tool that boots a second Erlang."""

import base64
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote, urlsplit

from suite.servers.refusals import ServerUnusable


class Management:
    def __init__(self, address: str) -> None:
        """`address` is http://user:password@host:port."""
        parts = urlsplit(address)
        self._root = f"{parts.scheme}://{parts.hostname}:{parts.port or 15672}/api"
        pair = f"{parts.username or 'guest'}:{parts.password or 'guest'}"
        self.user = parts.username or "guest"
        self._credentials = base64.b64encode(pair.encode()).decode()

    def get(self, *path: str) -> Any:
        return self._ask("GET", path, None)

    def put(self, *path: str, **body: Any) -> None:
        self._ask("PUT", path, body)

    def delete(self, *path: str) -> None:
        self._ask("DELETE", path, None)

    def answers(self) -> bool:
        try:
            self.get("whoami")
        except (OSError, ServerUnusable):
            return False
        return True

    def _ask(self, method: str, path: tuple[str, ...], body: dict[str, Any] | None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - http to our own broker
            "/".join([self._root, *(quote(part, safe="") for part in path)]),
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"authorization": f"Basic {self._credentials}", "content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
                said = response.read()
        except urllib.error.HTTPError as error:
            words = error.read().decode(errors="replace")
            raise ServerUnusable(f"the broker refused {method} {'/'.join(path)}: {error.code} {words}") from None
        return json.loads(said) if said else None
