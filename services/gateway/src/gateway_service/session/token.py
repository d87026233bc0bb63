"""Where a request carries its token: `Authorization: Bearer`, or the cookie of the pages."""

import json
from datetime import datetime
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from fastapi import Request, Response
from joserfc import jws
from joserfc.errors import JoseError

from chassis.clock import wall_now
from gateway_service.problem.problem import Problem

COOKIE = "eldercare_session"
REFRESH_COOKIE = "eldercare_refresh"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def token_of(request: Request) -> str:
    """A cookie counts only where the browser says that the request comes from our own pages."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if token:
        return token.strip() if scheme.lower() == "bearer" else ""
    cookie = request.cookies.get(COOKIE, "")
    if cookie and request.method not in _SAFE:
        require_own_page(request)
    return cookie


def require_own_page(request: Request) -> None:
    """Refuses forms of other sites (RFC 6265bis leaves SameSite=Lax gaps)."""
    site, origin = request.headers.get("sec-fetch-site", ""), request.headers.get("origin", "")
    foreign = site not in {"same-origin", "none"} if site else origin and urlsplit(origin).netloc != request.url.netloc
    if foreign:
        raise Problem("FOREIGN_PAGE", 403, "This form was not sent by a page of ours.")


class Kept(Protocol):
    """A session as people answers it."""

    @property
    def token(self) -> str: ...
    @property
    def expire_time(self) -> datetime: ...
    @property
    def refresh_token(self) -> str: ...
    @property
    def refresh_expire_time(self) -> datetime: ...


K = TypeVar("K", bound=Kept)


def refresh_token_of(request: Request) -> str:
    return request.cookies.get(REFRESH_COOKIE, "")


def can_be_renewed(request: Request) -> bool:
    """The browser's token ran out, and it has what brings the next one."""
    return not request.cookies.get(COOKIE) and bool(refresh_token_of(request))


def is_secure(request: Request) -> bool:
    """Whether the browser speaks https, also where a proxy before us ends it."""
    public: str = request.app.state.house.settings.public_url
    return request.url.scheme == "https" or public.startswith("https://")


def keep(response: Response, request: Request, session: Kept) -> None:
    """Lax, not strict: a link in a message must open the page of somebody who is signed in."""
    secure = is_secure(request)
    kept = (
        (COOKIE, session.token, session.expire_time),
        (REFRESH_COOKIE, session.refresh_token, session.refresh_expire_time),
    )
    for name, value, until in kept:
        left = max(0, int((until - wall_now()).total_seconds()))
        response.set_cookie(name, value, max_age=left, httponly=True, samesite="lax", secure=secure)


def kept(response: Response, request: Request, session: K) -> K:
    keep(response, request, session)
    return session


def forget(response: Response) -> None:
    for name in (COOKIE, REFRESH_COOKIE):
        response.delete_cookie(name, httponly=True, samesite="lax")


def expires_in(token: str) -> float:
    """Seconds a token that was verified before is still good for."""
    try:
        claims = jws.extract_compact(token.encode()).payload
    except JoseError:
        return 0.0
    return _expiry(claims) - wall_now().timestamp()


def _expiry(claims: bytes) -> float:
    return float(json.loads(claims).get("exp", 0))
