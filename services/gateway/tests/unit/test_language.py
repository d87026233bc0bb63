"""Accept-Language as browsers and phones send it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway_service.text.language import accepted


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh-CN"),
        ("*", "zh-CN"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-TW, en;q=0.8", "zh-CN"),
        ("de, fr;q=0.9, en;q=0.1", "en"),
        ("en;q=0, zh;q=0.1", "zh-CN"),
        ("zh;q=0.3, en;q=0.7", "en"),
        ("en;q=nonsense", "zh-CN"),
    ],
)
def test_a_reader_is_answered_in_the_best_language_we_have(header: str, language: str) -> None:
    assert accepted(header) == language


@given(st.text(max_size=60))
def test_any_header_at_all_gets_one_of_our_languages(header: str) -> None:
    assert accepted(header) in {"zh-CN", "en"}
