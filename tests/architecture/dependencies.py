"""What a package depends on, and why."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

from tests.architecture.source import ROOT, Source

REQUIREMENT = re.compile(r'^\s*"([A-Za-z0-9][A-Za-z0-9._-]*)[^"]*"\s*,?\s*(#\s*\S.*)?$')
ARRAY = re.compile(r"^(?:dependencies|[a-z-]+)\s*=\s*\[\s*$")
TABLES = ("[project]", "[project.optional-dependencies]", "[dependency-groups]")
OWN = "eldercare-"


def every_dependency_says_why(source: Source) -> Iterator[str]:
    table, inside = "", False
    for number, line in enumerate(source.text.splitlines(), start=1):
        if line.startswith("["):
            table = line.strip()
        inside = (inside or (table in TABLES and bool(ARRAY.match(line)))) and not line.startswith("]")
        found = REQUIREMENT.match(line) if inside else None
        if found and not found.group(1).startswith(OWN) and not found.group(2):
            yield f"line {number}: {found.group(1)} does not say why it is here"


def requirements_of(service: str) -> str:
    command = ["uv", "export", "--frozen", "--no-dev", "--no-hashes", "--package", f"{OWN}{service}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def other_services_in(requirements: str, service: str, services: list[str]) -> list[str]:
    lines = [line for line in requirements.splitlines() if not line.lstrip().startswith("#")]
    others = [name for name in services if name != service] + ["suite"]
    named = (name for name in others if any(re.search(rf"(?:services|libs)/{name}\b|{OWN}{name}\b", x) for x in lines))
    return sorted(named)
