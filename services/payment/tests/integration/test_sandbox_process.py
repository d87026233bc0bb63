"""The sandbox as a stranger on the wire meets it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.clock import wall_ms
from payment_service.ledger.domain.amount import Amount
from payment_service.processor.port import Answer
from payment_service.processor.sandbox import SandboxProcessor
from payment_service.processor.signature import HEADER, sign
from services.payment.tests.sandbox_process import SECRET, SandboxProcess

FEN = Amount(minor=500, asset="CNY")


def call(
    sandbox: SandboxProcess, target: str, body: object, *, key: str | None = None, now: int | None = None
) -> httpx2.Response:
    key = new_key() if key is None else key
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = sign(SECRET, ["POST", target, key, content], now=now or wall_ms() // 1000)
    headers = {HEADER: signature, "Idempotency-Key": key}
    return httpx2.post(sandbox.url + target, content=content, headers=headers)


def new_key() -> str:
    return str(uuid4())


@pytest.fixture(scope="module")
def patient(processor: SandboxProcess) -> Iterator[SandboxProcessor]:
    with processor.adapter(timeout_s=5) as adapter:
        yield adapter


def money(minor: Any = 500, asset: Any = "CNY") -> dict[str, Any]:
    return {"token": "tok_ok", "amount": {"minor": minor, "asset": asset}}


def test_the_same_key_and_words_get_the_same_answer_also_after_a_kill(sandbox: SandboxProcess) -> None:
    key = new_key()
    first = call(sandbox, "/v1/authorisations", money(), key=key)
    sandbox.kill()
    sandbox.start()
    again = call(sandbox, "/v1/authorisations", money(), key=key)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert len(sandbox.statement()) == 1


def test_the_same_key_with_other_words_is_a_conflict(sandbox: SandboxProcess) -> None:
    key = new_key()
    call(sandbox, "/v1/authorisations", money(), key=key)
    other = call(sandbox, "/v1/authorisations", money(501), key=key)
    assert (other.status_code, other.json()) == (409, {"error": {"code": "idempotency_conflict"}})
    assert len(sandbox.statement()) == 1


def test_a_call_unsigned_altered_or_old_is_refused_and_does_nothing(sandbox: SandboxProcess) -> None:
    target, body, now = "/v1/authorisations", json.dumps(money()).encode(), wall_ms() // 1000
    good = sign(SECRET, ["POST", target, "k", body], now=now)
    for header, key, content in [
        ("", "k", body),
        (good, "other", body),
        (good, "k", body + b" "),
        ("t=1,v1=0", "k", body),
    ]:
        headers = {HEADER: header, "Idempotency-Key": key}
        assert httpx2.post(sandbox.url + target, content=content, headers=headers).status_code == 401
    assert call(sandbox, target, money(), now=now - 301).status_code == 401
    assert sandbox.statement() == []


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"[" * 20_000, {}, {"token": "tok_ok"}, {"amount": {"minor": 5, "asset": "CNY"}}]
    + [money(bad) for bad in (0, -1, 1.5, "5", True, None, 2**60)]
    + [money(asset=bad) for bad in ("", "cny", "C" * 13, 5, None)],
    ids=lambda body: str(body)[:40],
)
def test_what_cannot_be_read_is_refused_and_does_nothing(sandbox: SandboxProcess, body: object) -> None:
    assert call(sandbox, "/v1/authorisations", body).json() == {"error": {"code": "malformed"}}
    assert sandbox.statement() == []


def test_a_body_that_is_too_large_and_a_call_without_a_key_are_refused(sandbox: SandboxProcess) -> None:
    assert call(sandbox, "/v1/authorisations", b"x" * 70_000).status_code == 413
    assert call(sandbox, "/v1/authorisations", money(), key="").json() == {"error": {"code": "key_missing"}}
    assert call(sandbox, "/v1/nothing", money()).status_code == 400


def test_more_than_is_held_cannot_be_captured_and_what_is_let_go_is_gone(sandbox: SandboxProcess) -> None:
    with sandbox.adapter() as processor:
        held = processor.authorise(new_key(), token="tok_ok", amount=FEN).reference
        too_much = Amount(minor=501, asset="CNY")
        refused = Answer(accepted=False, reason="AMOUNT_TOO_LARGE")
        assert processor.capture(new_key(), reference=held, amount=too_much) == refused
        assert processor.void(new_key(), reference=held).accepted
        assert processor.capture(new_key(), reference=held, amount=FEN) == refused
        unknown = Answer(accepted=False, reason="UNKNOWN_AUTHORISATION")
        assert processor.void(new_key(), reference="auth_of_nobody") == unknown


def test_every_answer_can_be_asked_for_again_by_its_key(sandbox: SandboxProcess) -> None:
    key, other = f"settlements/{new_key()}:authorise", new_key()
    with sandbox.adapter() as processor:
        assert processor.find(key) is None
        held = processor.authorise(key, token="tok_ok", amount=FEN)
        assert processor.find(key) == held
        assert processor.authorise(other, token="tok_declined", amount=FEN).reason == "CARD_DECLINED"
        found = processor.find(other)
    assert found == Answer(accepted=False, reason="CARD_DECLINED")


def test_a_capture_lets_go_of_the_rest_which_the_processor_would_keep(sandbox: SandboxProcess) -> None:
    with sandbox.adapter() as processor:
        held = processor.authorise(new_key(), token="tok_ok", amount=FEN).reference
        processor.capture(new_key(), reference=held, amount=Amount(minor=200, asset="CNY"))
    (left,) = sandbox.statement()
    assert (left["captured_minor"], left["released_minor"], left["remaining_minor"]) == (200, 300, 0)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(key=st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=60))
def test_any_key_finds_its_own_answer(sandbox: SandboxProcess, patient: SandboxProcessor, key: str) -> None:
    held = patient.authorise(key, token="tok_ok", amount=FEN)
    assert patient.find(key) == held
    assert patient.find(f"{quote(key)}%{new_key()}") is None


def test_health_is_told_to_anybody_and_the_end_is_quiet(sandbox: SandboxProcess) -> None:
    assert httpx2.get(f"{sandbox.url}/health").json() == {"status": "ok"}
    assert sandbox.stop() == 0
    sandbox.start()
