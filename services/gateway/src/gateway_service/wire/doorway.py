"""Around every request: body limit, security headers, trace, log line, metrics. Plain ASGI: streams stay streams."""

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.clock import monotonic
from chassis.trace import span
from gateway_service.problem.handlers import as_json
from gateway_service.problem.problem import Problem
from gateway_service.text.language import accepted

log = structlog.get_logger(__name__)
LARGEST_BODY = 256 * 1024
_REQUESTS = Counter("eldercare_gateway_requests_total", "Requests by route and status", ["route", "status"])
_SECONDS = Histogram("eldercare_gateway_seconds", "Until the answer began, by route", ["route"])
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})


def csp(*, images: str = "") -> str:
    """What a page of ours may load; `images`: an origin of pictures beside our own."""
    pictures = f"'self' data: {images}".strip()
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {pictures}; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


_SECURITY = {
    "Content-Security-Policy": csp(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), payment=(), geolocation=(self)",
}


class Doorway:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        passage = _Passage(scope, receive, send)
        with span(f"{scope['method']} {scope['path']}", headers.get("traceparent", "")[:60]):
            if _length(headers.get("content-length", "")) > LARGEST_BODY:
                too_large = as_json(Problem("BODY_TOO_LARGE", 413), accepted(headers.get("accept-language", "")))
                await too_large(scope, receive, passage.send)
            else:
                await self._app(scope, passage.receive, passage.send)


class _Passage:
    """One request on its way through."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._read, self._began = 0, monotonic()

    async def receive(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > LARGEST_BODY:
            raise HTTPException(413)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _SECURITY.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
            self._note(int(message["status"]))
        await self._send(message)

    def _note(self, status: int) -> None:
        """Routes, never paths: a path may hold what a stranger typed."""
        if self._scope["path"] in _QUIET:
            return
        route = getattr(self._scope.get("route"), "path", "unknown")
        took = monotonic() - self._began
        _REQUESTS.labels(route, str(status)).inc()
        _SECONDS.labels(route).observe(took)
        shape = route.replace("{", "<").replace("}", ">")
        log.info("request.answered", method=self._scope["method"], template=shape, status=status, ms=round(took * 1000))


def _length(told: str) -> int:
    """What is not a number is left to the server to refuse."""
    return int(told) if told.isascii() and told.isdigit() else 0
