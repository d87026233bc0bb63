"""Who may import whom."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from tests.architecture.source import Source

RUNTIMES_OF_EVENTS = ("nameko",)
# Parts of the contract that hold no noun of care: what the chassis itself reads and serves.
MECHANISM = ("access", "event", "export", "operation")
PATCHES = ("eventlet", "greenlet")


def imported(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def top(module: str) -> str:
    return module.partition(".")[0]


def is_domain(source: Source) -> bool:
    return bool(source.service) and not source.is_test and ("domain" in source.parts or source.parts[-1] == "domain.py")


def domain_is_plain(source: Source) -> Iterator[str]:
    """Domain code imports the standard library and other domain code of its own service."""
    if not is_domain(source):
        return
    for line, module in imported(source):
        own_domain = top(module) == f"{source.service}_service" and "domain" in module.split(".")
        if top(module) not in sys.stdlib_module_names and not own_domain:
            yield f"line {line}: domain imports {module}"


def services_are_strangers(source: Source) -> Iterator[str]:
    if source.service is None:
        return
    for line, module in imported(source):
        if top(module).endswith("_service") and top(module) != f"{source.service}_service":
            yield f"line {line}: {source.service} imports {module}"
        if top(module) == "suite" and not source.is_test:
            yield f"line {line}: {source.service} imports {module}, which a service image does not hold"


def libraries_know_no_service(source: Source) -> Iterator[str]:
    if source.parts[0] != "libs" or source.is_test:
        return
    for line, module in imported(source):
        if top(module).endswith("_service"):
            yield f"line {line}: a library imports {module}"
        if source.parts[1] == "chassis" and (module.startswith("eldercare.") or top(module) == "suite"):
            if module.split(".")[1] in MECHANISM:
                continue
            yield f"line {line}: the chassis imports {module}"


def nameko_has_one_door(source: Source) -> Iterator[str]:
    """Leaving nameko one day is one module."""
    if source.path.startswith(("libs/chassis/src/chassis/events", "bench/")):
        return
    for line, module in imported(source):
        if top(module) in RUNTIMES_OF_EVENTS:
            yield f"line {line}: {module} outside chassis.events"
