"""A call to the processor cannot be altered, moved, replayed late or made without the secret."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_service.processor.signature import WINDOW_S, BadSignature, sign, verify

NOW = 1_800_000_000
SAID: list[str | bytes] = ["POST", "/v1/authorisations", "key-1", b'{"amount":1}']


def test_the_words_of_a_known_call_have_a_known_signature() -> None:
    said = b'1800000000.POST\n/v1/authorisations\nkey-1\n{"amount":1}'
    assert sign("s", SAID, now=NOW) == f"t=1800000000,v1={hmac.new(b's', said, 'sha256').hexdigest()}"
    verify(["s"], sign("s", SAID, now=NOW), SAID, now=NOW)


def test_a_piece_of_one_part_cannot_be_pushed_into_the_next() -> None:
    with pytest.raises(BadSignature):
        verify(["s"], sign("s", ["POST", "/v1/a.b", "c"], now=NOW), ["POST", "/v1/a", "b.c"], now=NOW)


@pytest.mark.parametrize("place", range(4))
def test_any_altered_part_is_refused(place: int) -> None:
    altered = [*SAID]
    altered[place] = "other"
    with pytest.raises(BadSignature):
        verify(["s"], sign("s", SAID, now=NOW), altered, now=NOW)


@pytest.mark.parametrize("late", [-WINDOW_S - 1, WINDOW_S + 1])
def test_a_call_from_another_hour_is_refused(late: int) -> None:
    with pytest.raises(BadSignature):
        verify(["s"], sign("s", SAID, now=NOW + late), SAID, now=NOW)


def test_two_secrets_are_live_while_one_is_replaced() -> None:
    verify(["new", "old"], sign("old", SAID, now=NOW), SAID, now=NOW)
    with pytest.raises(BadSignature):
        verify(["new"], sign("old", SAID, now=NOW), SAID, now=NOW)


@given(header=st.text(max_size=100))
def test_any_other_header_is_refused_without_a_crash(header: str) -> None:
    with pytest.raises(BadSignature):
        verify(["s"], header, SAID, now=NOW)
