"""Around every request: sizes, rate, security headers, trace, log line, metrics. Plain ASGI: streams stay streams."""

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.clock import monotonic
from chassis.trace import span
from gateway_service.problem.problem import Problem
from gateway_service.wire.limits import CODES
from gateway_service.wire.sizes import LARGEST_BODY, check_size

log = structlog.get_logger(__name__)
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


_ONE_YEAR = "max-age=31536000; includeSubDomains"
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
        passage = _Passage(scope, receive, send)
        with span(f"{scope['method']} {scope['path']}", Headers(scope=scope).get("traceparent", "")[:60]):
            try:
                check_size(scope)
                await _admit(scope)
                await self._app(scope, passage.receive, passage.send)
            except Exception as failure:
                if passage.has_begun:
                    _break_off(failure)
                    return
                await _shown(scope, failure)(scope, receive, passage.send)


async def _admit(scope: Scope) -> None:
    address = scope["client"][0] if scope.get("client") else ""
    limits, path = scope["app"].state.house.limits, scope["path"]
    await limits.admit("address", address, path)
    if scope["method"] == "POST" and path.startswith(CODES):
        await limits.admit("codes", address, path)


def _break_off(failure: Exception) -> None:
    """An answer that has begun cannot turn into a refusal: the server closes it before its end, and the reader sees
    that it is not whole."""
    reason = failure if isinstance(failure, Problem) else failure.__cause__
    if isinstance(reason, Problem):
        log.warning("answer.broken_off", reason=reason.reason)
    else:
        log.error("answer.broken_off", exc_info=failure)


def _shown(scope: Scope, failure: Exception) -> Response:
    """What no route took: refused before any, or failed in one."""
    handlers = scope["app"].exception_handlers
    handler = handlers[Problem if isinstance(failure, Problem) else Exception]
    answer: Response = handler(Request(scope), failure)
    return answer


class _Passage:
    """One request on its way through."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._read, self._began = 0, monotonic()
        self.has_begun = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > LARGEST_BODY:
            raise HTTPException(413)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            headers = MutableHeaders(scope=message)
            if self._scope["scheme"] == "https":
                headers.setdefault("Strict-Transport-Security", _ONE_YEAR)
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
