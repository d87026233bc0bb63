"""Where things stand in this repository."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
CONTRACTS = ROOT / "libs" / "contracts" / "src"
BUILD = ROOT / "build"
METRIC_DOCS = ROOT / "docs" / "metrics.md"
EVENT_DOCS = ROOT / "docs" / "events.md"
ACCESS_DOCS = ROOT / "docs" / "access.md"
