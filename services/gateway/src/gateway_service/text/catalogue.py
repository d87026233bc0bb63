"""Every sentence the gateway says, in each language, from plain catalogue files."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh-CN", "en")
DEFAULT_LANGUAGE = "zh-CN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    language: str
    texts: Mapping[str, Any]

    def problem(self, reason: str, status: int, sentence: str) -> tuple[str, str]:
        """Title and detail; for a reason not in the catalogue the status' title and the service's own sentence."""
        known = self.texts["problem"].get(reason)
        if known:
            return known["title"], known["detail"]
        fallback = self.texts["status"].get(str(status)) or self.texts["status"]["500"]
        return fallback["title"], sentence or fallback["detail"]

    def say(self, key: str, **words: object) -> str:
        """A sentence of a page."""
        return str(self.texts["page"][key]).format(**words)

    def word(self, kind: str, code: str) -> str:
        """A code as a word: `word("state", "en_route")`. One that is not known is shown as it is."""
        return str(self.texts[kind].get(code, code))


@cache
def catalogue(language: str) -> Catalogue:
    text = files("gateway_service.text").joinpath(f"{language}.toml").read_text("utf-8")
    return Catalogue(language=language, texts=tomllib.loads(text))
