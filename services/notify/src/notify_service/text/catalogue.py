"""Every sentence of notify, in each language, from plain catalogue files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

LANGUAGES = ("zh-CN", "en")
DEFAULT_LANGUAGE = "zh-CN"
WORDS = ("kind", "outcome", "hand_over", "proof", "reason", "channel", "answer", "template", "party", "item")
NAMES = ("elder", "who")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom a sentence is made: language, civil zone, and the names this reader may see by resource name."""

    language: str
    zone: ZoneInfo
    names: Mapping[str, str]


def supported(language: str) -> str:
    """The language itself, the same one of another region, or Chinese."""
    for known in LANGUAGES:
        if language == known or (language and language.split("-", maxsplit=1)[0] == known.split("-")[0]):
            return known
    return DEFAULT_LANGUAGE


@cache
def catalogue(language: str) -> Mapping[str, Any]:
    return tomllib.loads(files("notify_service.text").joinpath(f"{language}.toml").read_text("utf-8"))


def message(template: str, channel: str, params: Mapping[str, str], reader: Reader) -> Sentence:
    """A template's sentence; a voice call has words of its own where keys are pressed."""
    known = catalogue(reader.language)["message"]
    entry = known.get(template) or known["unknown"]
    words = _words(params, reader)
    text = entry.get("voice", entry["text"]) if channel == "voice" else entry["text"]
    return Sentence(subject=fill(entry["subject"], words), text=fill(text, words))


def timeline(type_name: str, params: Mapping[str, str], reader: Reader) -> str:
    """The line of a fact; of a fact this catalogue does not know, its name."""
    template = catalogue(reader.language)["timeline"].get(type_name, type_name.rpartition(".")[2])
    return fill(template, _words(params, reader))


def fill(template: str, words: Mapping[str, str]) -> str:
    """`str.format` with what is there; what is missing stays empty, for no alarm may fail on a sentence."""
    asked = {field for _, field, _, _ in Formatter().parse(template) if field}
    return template.format_map({field: words.get(field, "") for field in asked})


def _words(params: Mapping[str, str], reader: Reader) -> dict[str, str]:
    known = catalogue(reader.language)
    words = {name: known["name"][name] for name in NAMES}
    for key, value in params.items():
        words[key] = _word(key, value, known, reader)
    return words


def _word(key: str, value: str, known: Mapping[str, Any], reader: Reader) -> str:
    if key in NAMES:
        return reader.names.get(value) or known["name"][key]
    if key in WORDS:
        return str(known[key].get(value, value))
    if key.endswith("_time"):
        return _time(value, reader.zone)
    if key.endswith("_amount"):
        return _amount(value)
    return value


def _time(text: str, zone: ZoneInfo) -> str:
    try:
        return datetime.fromisoformat(text).astimezone(zone).strftime("%H:%M")
    except ValueError:
        return text


def _amount(text: str) -> str:
    """`4500 CNY` → `45.00 CNY`; other assets are counted whole."""
    minor, _, asset = text.partition(" ")
    if asset != "CNY" or not minor.lstrip("-").isdigit():
        return text
    fen = int(minor)
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d} CNY"
