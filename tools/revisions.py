"""Which earlier contract today's is held against, and its files."""

from __future__ import annotations

import os
import subprocess
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

TRUNKS = ("origin/main", "main")


def _git(root: Path, *arguments: str) -> str | None:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def reference_revision(root: Path, folder: str) -> str | None:
    """On a branch: where it left main. On main: the state of the folder before its last change. None: no history."""
    chosen = os.environ.get("AGAINST")
    if chosen:
        return _git(root, "rev-parse", "--verify", f"{chosen}^{{commit}}")
    head = _git(root, "rev-parse", "--verify", "HEAD")
    bases = (_git(root, "merge-base", trunk, "HEAD") for trunk in TRUNKS)
    base = next((base for base in bases if base), None)
    reference = base if base != head else _before_last_change(root, folder)
    return reference if reference and _has(root, reference, folder) else None


def _before_last_change(root: Path, folder: str) -> str | None:
    if _git(root, "status", "--porcelain", "--", folder):
        return "HEAD"
    last = _git(root, "log", "-1", "--format=%H", "--", folder)
    return _git(root, "rev-parse", "--verify", f"{last}^") if last else None


def _has(root: Path, revision: str, folder: str) -> bool:
    return bool(_git(root, "ls-tree", "--name-only", revision, f"{folder}/"))


def extract(root: Path, revision: str, folder: str, target: Path) -> Path:
    command = ["git", "archive", "--format=zip", revision, folder]
    archive = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout
    with ZipFile(BytesIO(archive)) as packed:
        packed.extractall(target)
    return target / folder
