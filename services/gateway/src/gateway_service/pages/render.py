"""Templates → pages and fragments, in the reader's language."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from chassis.clock import wall_now
from gateway_service.codes import last
from gateway_service.text.catalogue import LANGUAGES, Catalogue, catalogue
from gateway_service.text.language import COOKIE, language_of
from gateway_service.v1.shapes import AmountView

_YEAR_S = 365 * 86_400
_ENVIRONMENT = Environment(
    loader=PackageLoader("gateway_service"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def is_htmx(request: Request) -> bool:
    return request.headers.get("hx-request", "") == "true"


def page(request: Request, template: str, *, status: int = 200, **shown: Any) -> HTMLResponse:
    """A whole page. A language chosen by `?lang=` is remembered."""
    language = language_of(request)
    answer = HTMLResponse(_render(template, language, path=request.url.path, **shown), status)
    answer.headers["Content-Language"] = language
    if request.query_params.get("lang"):
        answer.set_cookie(COOKIE, language, max_age=_YEAR_S, samesite="lax", httponly=True)
    return answer


def fragment(request: Request, template: str, *, status: int = 200, **shown: Any) -> HTMLResponse:
    """A part of a page, for htmx."""
    return HTMLResponse(_render(f"fragments/{template}", language_of(request), **shown), status)


def said(request: Request, sentence: str, *, back: str) -> Response:
    """What a form answers: a sentence in place, or the page again where there are no scripts."""
    if not is_htmx(request):
        return RedirectResponse(back, 303)
    answer = fragment(request, "said.html", sentence=sentence, is_bad=False)
    answer.headers["HX-Trigger"] = "story-grew"
    return answer


def own_path(path: str) -> str:
    """A path of ours to go back to; anything else is the overview."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def text_of(template: str, language: str, **shown: Any) -> str:
    return _render(f"fragments/{template}", language, **shown)


def _render(template: str, language: str, **shown: Any) -> str:
    words = catalogue(language)
    other = next(each for each in LANGUAGES if each != language)
    tools = {"say": words.say, "word": words.word, "item": lambda name: words.word("item", last(name))}
    return _ENVIRONMENT.get_template(template).render(
        language=language, other_language=other, server_now=wall_now(), request_key=_request_key, **tools, **shown
    )


def _request_key() -> str:
    """The Idempotency-Key of a form: pressing it twice is pressing it once."""
    return str(uuid4())


def money(amount: AmountView) -> str:
    """Fen as yuan; other assets are counted whole."""
    if amount.asset != "CNY":
        return f"{amount.minor} {amount.asset}"
    yuan, fen = divmod(abs(amount.minor), 100)
    return f"{'-' if amount.minor < 0 else ''}¥{yuan}.{fen:02d}"


def iso(when: datetime | None) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds") if when else ""


def clock(when: datetime | None) -> str:
    """Shown where there are no scripts; with them the browser shows its own zone."""
    return f"{when.astimezone(UTC):%H:%M:%S} UTC" if when else ""


def query(**parts: str) -> str:
    return urlencode(parts)


_ENVIRONMENT.filters |= {"money": money, "iso": iso, "clock": clock, "last": last}
__all__ = ["Catalogue", "fragment", "is_htmx", "own_path", "page", "query", "said", "text_of"]
