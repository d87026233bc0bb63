"""No process loads both grpcio and nameko, proved by loading what each process loads."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.architecture.source import ROOT

GROUPS = ("eldercare.core", "eldercare.events", "eldercare.ingress", "eldercare.web")
# What hosts the entry points of a group in one process; the host is loaded first, as in life.
HOSTS = {"eldercare.core": ["chassis.serve_core"], "eldercare.events": ["chassis.serve_events"]}
RPC = "grpc"
EVENTS = ("nameko", "eventlet")
LOOK = """
import importlib, json, sys
for module in sys.argv[1:]:
    importlib.import_module(module)
print(json.dumps([name for name in ("grpc", "nameko", "eventlet") if name in sys.modules]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    service: str
    group: str
    module: str

    def __str__(self) -> str:
        return f"{self.service}.{self.group.removeprefix('eldercare.')}"


def services() -> list[str]:
    return sorted(path.parent.name for path in (ROOT / "services").glob("*/pyproject.toml"))


def processes_of(service: str, pyproject: str) -> Iterator[Process]:
    groups = tomllib.loads(pyproject).get("project", {}).get("entry-points", {})
    for group in GROUPS:
        for target in groups.get(group, {}).values():
            yield Process(service=service, group=group, module=target.partition(":")[0])


def processes() -> list[Process]:
    texts = {service: (ROOT / "services" / service / "pyproject.toml").read_text("utf-8") for service in services()}
    return [process for service, text in texts.items() for process in processes_of(service, text)]


def runtimes_loaded_by(*modules: str, path: str | None = None) -> frozenset[str]:
    """A fresh interpreter imports the modules and tells which runtimes came along."""
    command = [sys.executable, "-c", LOOK, *modules]
    done = subprocess.run(command, cwd=path or ROOT, capture_output=True, text=True, check=False, timeout=240)
    if done.returncode != 0:
        raise AssertionError(f"{modules} do not load:\n{done.stderr}")
    return frozenset(json.loads(done.stdout.splitlines()[-1]))


def breach_of_the_wall(group: str, loaded: frozenset[str]) -> str | None:
    if RPC in loaded and loaded & set(EVENTS):
        return f"loads both runtimes: {', '.join(sorted(loaded))}"
    if group == "eldercare.events" and RPC in loaded:
        return "an events process loads grpcio"
    if group != "eldercare.events" and loaded & set(EVENTS):
        return f"a {group.partition('.')[2]} process loads {', '.join(sorted(loaded & set(EVENTS)))}"
    return None
