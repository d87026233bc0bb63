"""Every sentence exists in both languages, and every refusal of ours has words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import gateway_service
from gateway_service.problem.problem import Problem
from gateway_service.text.catalogue import LANGUAGES, catalogue

SOURCES = sorted(Path(gateway_service.__path__[0]).rglob("*.py"))
TEMPLATES = sorted(Path(gateway_service.__path__[0], "templates").rglob("*.html"))


def leaves(texts: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def reasons_raised() -> set[str]:
    """The first argument of every `Problem("…")` in our code."""
    found = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


def test_both_languages_say_the_same_things_with_the_same_blanks() -> None:
    blanks = [
        {key: sorted(re.findall(r"{(\w+)}", text)) for key, text in leaves(catalogue(language).texts)}
        for language in LANGUAGES
    ]
    assert blanks[0] == blanks[1]
    assert all(text.strip() for language in LANGUAGES for _, text in leaves(catalogue(language).texts))


def test_every_refusal_of_the_gateway_has_words() -> None:
    raised = reasons_raised()
    assert {"DEADLINE_EXCEEDED", "TOO_MANY_FEEDS", "SIGNATURE_WRONG"} <= raised
    assert raised <= set(catalogue("en").texts["problem"])


def test_every_sentence_a_page_asks_for_is_there() -> None:
    asked = {key for page in TEMPLATES for key in re.findall(r'say\("(\w+)"', page.read_text("utf-8"))}
    asked |= {key for source in SOURCES for key in re.findall(r'words\.say\("(\w+)"', source.read_text("utf-8"))}
    assert {"sign_in", "take_over", "left"} <= asked
    assert asked <= set(catalogue("en").texts["page"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lost_offer_is_told_in_words_a_worker_can_act_on(language: str) -> None:
    body = Problem("OFFER_GONE", 409, "Another worker has the order.").body(catalogue(language))
    assert body["type"] == "urn:eldercare:problem:offer-gone"
    assert body["title"] == {"en": "Offer gone", "zh-CN": "派单已失效"}[language]


def test_a_refusal_nobody_here_knows_keeps_the_services_own_sentence() -> None:
    body = Problem("KETTLE_TOO_HOT", 409, "Let the kettle cool down first.").body(catalogue("zh-CN"))
    assert body["type"] == "urn:eldercare:problem:kettle-too-hot"
    assert body["title"] == "当前无法操作"
    assert body["detail"] == "Let the kettle cool down first."
