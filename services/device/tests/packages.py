"""Reading a package in a test."""

import json
from pathlib import Path
from typing import Any


def lines(folder: Path, noun: str) -> list[dict[str, Any]]:
    files = sorted(folder.glob(f"core/{noun}.ndjson")) + sorted(folder.glob(f"core/{noun}-*.ndjson"))
    return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]


def pulses(folder: Path) -> list[float]:
    return [line["value"] for line in lines(folder, "events") if line["code"] == "8867-4"]


def manifest(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return told


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
