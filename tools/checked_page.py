"""A page made from the code: written by `make proto`, compared by `make check`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tools.paths import ROOT


def write_or_check(page: Path, text: str, arguments: Sequence[str]) -> int:
    """With `--check` writes nothing and returns 1 when the page is not this text."""
    if "--check" not in arguments:
        page.write_text(text, "utf-8")
        return 0
    if page.exists() and page.read_text("utf-8") == text:
        return 0
    sys.stderr.write(f"{page.relative_to(ROOT)} is stale; run `make proto` and commit\n")
    return 1
