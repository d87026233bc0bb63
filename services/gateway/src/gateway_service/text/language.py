"""Which language a reader wants: `?lang=`, then their last choice, then Accept-Language (RFC 9110), then Chinese."""

from starlette.requests import HTTPConnection

from gateway_service.text.catalogue import DEFAULT_LANGUAGE, LANGUAGES

COOKIE = "eldercare_lang"


def language_of(request: HTTPConnection) -> str:
    for wish in (request.query_params.get("lang", ""), request.cookies.get(COOKIE, "")):
        if known := _known(wish):
            return known
    return accepted(request.headers.get("accept-language", ""))


def accepted(header: str) -> str:
    """The best of ours in an Accept-Language header."""
    wishes = sorted((_wish(part) for part in header.split(",")), key=lambda wish: -wish[1])
    for tag, quality in wishes:
        if quality > 0 and (known := _known(tag)):
            return known
    return DEFAULT_LANGUAGE


def _wish(part: str) -> tuple[str, float]:
    tag, _, parameter = part.partition(";")
    try:
        return tag.strip(), float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        return tag.strip(), 0.0


def _known(tag: str) -> str:
    """The language itself, or ours of the same tongue: `en-GB` → `en`, `zh` → `zh-CN`."""
    tongue = tag.lower().partition("-")[0]
    return next((known for known in LANGUAGES if tongue and known.lower().partition("-")[0] == tongue), "")
