"""ETag on every JSON read, and 304 for a reader who has it. A client saves the transfer, not the question: whether it
may still see the thing is asked each time."""

from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_VARY = "Authorization, Cookie, Accept-Language"


class Etags:
    """Plain ASGI: what is not JSON, as a live feed, passes unread."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith("/v1/"):
            known = Headers(scope=scope).get("if-none-match", "")
            await self._app(scope, receive, _Read(known, send).send)
        else:
            await self._app(scope, receive, send)


class _Read:
    """Holds a JSON answer back until it is whole."""

    def __init__(self, known: str, send: Send) -> None:
        self._known, self._send = known, send
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_json(message):
            self._start = message
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)
        else:
            await self._send(message)

    async def _finish(self, start: Message) -> None:
        tag = f'"{sha256(self._body).hexdigest()[:32]}"'
        headers = MutableHeaders(scope=start)
        headers["ETag"], headers["Cache-Control"], headers["Vary"] = tag, "private, no-cache", _VARY
        if has(self._known, tag):
            start["status"], self._body = 304, b""
            for name in ("content-length", "content-type"):
                del headers[name]
        await self._send(start)
        await self._send({"type": "http.response.body", "body": self._body})


def has(known: str, tag: str) -> bool:
    """Whether If-None-Match names this tag; proxies may have made it weak."""
    return known.strip() == "*" or tag in {each.strip().removeprefix("W/") for each in known.split(",")}


def _is_json(message: Message) -> bool:
    return bool(message["status"] == 200) and Headers(raw=message["headers"]).get("content-type") == "application/json"
