from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.architecture.wall import (
    HOSTS,
    Process,
    breach_of_the_wall,
    processes,
    processes_of,
    runtimes_loaded_by,
    services,
)

# people consumes nothing: its facts are made by persons over rpc; the gateway keeps no copy.
WITHOUT_EVENTS = {"people", "gateway"}


@pytest.mark.parametrize("service", services())
def test_every_service_registers_its_processes(service: str) -> None:
    groups = {process.group for process in processes() if process.service == service}
    wanted = {"eldercare.web"} if service == "gateway" else {"eldercare.core"}
    assert groups >= wanted | (set() if service in WITHOUT_EVENTS else {"eldercare.events"})


@pytest.mark.parametrize("process", processes(), ids=str)
def test_a_process_loads_one_runtime(process: Process) -> None:
    loaded = runtimes_loaded_by(*HOSTS.get(process.group, []), process.module)
    assert breach_of_the_wall(process.group, loaded) is None


@pytest.mark.parametrize(("group", "runtime"), [("eldercare.core", "grpc"), ("eldercare.events", "nameko")])
def test_the_small_box_hosts_all_services_in_one_runtime(group: str, runtime: str) -> None:
    together = [process.module for process in processes() if process.group == group]
    loaded = runtimes_loaded_by(*HOSTS[group], *together)
    assert runtime in loaded
    assert breach_of_the_wall(group, loaded) is None


@pytest.mark.parametrize("service", services())
def test_handlers_load_without_any_runtime(service: str) -> None:
    """Events and core both read them."""
    if importlib.util.find_spec(f"{service}_service.handlers") is None:
        assert service in WITHOUT_EVENTS
        return
    assert runtimes_loaded_by(f"{service}_service.handlers") == frozenset()


@pytest.mark.parametrize(
    ("group", "text"),
    [
        ("eldercare.events", "import grpc"),
        ("eldercare.core", "import nameko"),
        ("eldercare.web", "import eventlet"),
        ("eldercare.events", "import grpc, nameko"),
    ],
)
def test_a_planted_process_on_both_sides_is_caught(tmp_path: Path, group: str, text: str) -> None:
    (tmp_path / "planted.py").write_text(text, "utf-8")
    assert breach_of_the_wall(group, runtimes_loaded_by("planted", path=str(tmp_path)))


def test_processes_are_found_where_they_are_registered() -> None:
    text = '[project.entry-points."eldercare.core"]\norder = "order_service.entrypoints.core:main"\n'
    found = list(processes_of("order", text))
    assert found == [Process(service="order", group="eldercare.core", module="order_service.entrypoints.core")]
    assert list(processes_of("order", "[project]\nname = 'x'\n")) == []
