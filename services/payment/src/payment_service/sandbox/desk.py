"""A request read, decided and answered; knows nothing of sockets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from payment_service.sandbox.book import Body, Book, Told, refusal
from payment_service.sandbox.tokens import WELL, Behaviour, Verb, behaviour

_TARGET = re.compile(r"/v1/authorisations(?:/([A-Za-z0-9_%]+)/(captures|voids))?")
_ASSET = re.compile(r"[A-Z]{3,12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked of the sandbox, already read."""

    verb: Verb
    authorisation: str
    token: str
    asset: str
    minor: int


class Malformed(Exception):
    """The request cannot be read."""


class Desk:
    def __init__(self, book: Book, *, wait: Callable[[str], None]) -> None:
        """`wait("slow")` delays; `wait("mute")` keeps the caller waiting past its patience."""
        self._book, self._wait = book, wait

    def get(self, target: str) -> Told:
        if target == "/v1/authorisations":
            return Told(status=200, body={"object": "list", "data": self._book.statement()})
        path, _, key = target.partition("?key=")
        found = self._book.find(unquote(key)) if path == "/v1/requests" else None
        if found is None:
            return refusal(404, "unknown_key")
        return Told(status=200, body={"object": "request", "status": found.status, "body": found.body})

    def post(self, target: str, key: str, body: bytes) -> Told | None:
        """None: it was done and nothing will be said."""
        if not key:
            return refusal(400, "key_missing")
        try:
            order = self._read(target, body)
        except Malformed:
            return refusal(400, "malformed")
        how = behaviour(order.token, order.verb)
        if how.fails_once and self._book.fails_now(key):
            return refusal(503, "try_again")
        if how.is_slow:
            self._wait("slow")
        told = self._book.once(key, target.encode() + b"\n" + body, lambda: self._act(order, how))
        if how.is_mute and not told.again:
            self._wait("mute")
            return None
        return told

    def _act(self, order: Order, how: Behaviour = WELL) -> Told:
        if how.refusal:
            return refusal(410 if order.verb is Verb.CAPTURE else 402, how.refusal)
        if order.verb is Verb.AUTHORISE:
            return self._book.authorise(order.token, order.asset, order.minor)
        if order.verb is Verb.CAPTURE:
            return self._book.capture(order.authorisation, order.asset, order.minor)
        return self._book.void(order.authorisation)

    def _read(self, target: str, body: bytes) -> Order:
        found, said = _TARGET.fullmatch(target), _object(body)
        if found is None:
            raise Malformed(target)
        name = unquote(found[1] or "")
        verb = {None: Verb.AUTHORISE, "captures": Verb.CAPTURE, "voids": Verb.VOID}[found[2]]
        asset, minor = ("", 0) if verb is Verb.VOID else _amount(said)
        token = said.get("token") if verb is Verb.AUTHORISE else self._book.token_of(name)
        if not isinstance(token, str) or (verb is Verb.AUTHORISE and not token):
            raise Malformed("token")
        return Order(verb=verb, authorisation=name, token=token, asset=asset, minor=minor)


def _object(body: bytes) -> Body:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as broken:
        raise Malformed("body") from broken
    if not isinstance(said, dict):
        raise Malformed("body")
    return said


def _amount(said: Body) -> tuple[str, int]:
    amount = said.get("amount")
    if not isinstance(amount, dict):
        raise Malformed("amount")
    asset, minor = amount.get("asset"), amount.get("minor")
    if not isinstance(asset, str) or not _ASSET.fullmatch(asset):
        raise Malformed("asset")
    if not isinstance(minor, int) or isinstance(minor, bool) or not 0 < minor < 2**53:
        raise Malformed("minor")
    return asset, minor
