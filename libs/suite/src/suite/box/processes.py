"""Which processes a small box runs, and what each is told by its environment."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from suite.processes import Process

PRODUCERS = ("people", "device", "order", "notify", "payment")
CONSUMERS = ("device", "order", "notify", "payment")

# Each shared secret, and the only processes that are handed it.
SECRETS = {
    "ELDERCARE_PAYMENT_PROCESSOR_SECRET": frozenset({"processor", "core"}),
    "ELDERCARE_DUTY_DESK_SECRET": frozenset({"core", "gateway"}),
    "ELDERCARE_NOTIFY_WEBHOOK_SECRETS": frozenset({"core"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One free port each."""

    rpc: int
    core_health: int
    events_health: int
    watch: int
    ingress_health: int
    web: int
    processor: int


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]


def processes_of(run_dir: Path, ports: Ports, environ: Mapping[str, str]) -> list[Process]:
    """Processor first, then what serves, then what consumes, then what faces outside."""
    logs = run_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)

    def process(name: str, argv: list[str], ready: str) -> Process:
        return Process(name, argv, environ_of(name, environ), logs / f"{name}.log", ready, run_dir=run_dir)

    return [
        process(
            "processor",
            python("payment_service.sandbox", "--port", str(ports.processor), "--state", str(run_dir / "processor.db")),
            f"tcp://127.0.0.1:{ports.processor}",
        ),
        process("core", python("chassis.serve_core", *PRODUCERS), _ready(ports.core_health)),
        process("events", python("chassis.serve_events", *CONSUMERS), _ready(ports.events_health)),
        process("ingress", python("device_service.entrypoints.ingress"), _ready(ports.ingress_health)),
        process("gateway", python("gateway_service"), _ready(ports.web)),
    ]


def environ_of(process: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without the secrets that are none of this process's business."""
    return {name: value for name, value in environ.items() if process in SECRETS.get(name, {process})}


def addresses(ports: Ports) -> dict[str, str]:
    """The variables that say where each process listens and finds the others."""
    rpc = f"127.0.0.1:{ports.rpc}"
    return {
        "ELDERCARE_CORE_RPC_ADDRESS": rpc,
        "ELDERCARE_CORE_HEALTH_ADDRESS": f"127.0.0.1:{ports.core_health}",
        "ELDERCARE_EVENTS_HEALTH_ADDRESS": f"127.0.0.1:{ports.events_health}",
        "ELDERCARE_DEVICE_WATCH_ADDRESS": f"127.0.0.1:{ports.watch}",
        "ELDERCARE_DEVICE_INGRESS_HEALTH_ADDRESS": f"127.0.0.1:{ports.ingress_health}",
        "ELDERCARE_DUTY_DESK_URL": f"http://127.0.0.1:{ports.web}/desk/pages",
        "ELDERCARE_GATEWAY_ADDRESS": f"127.0.0.1:{ports.web}",
        "ELDERCARE_PAYMENT_PROCESSOR_URL": f"http://127.0.0.1:{ports.processor}",
    } | {f"ELDERCARE_RPC_{service.upper()}": rpc for service in PRODUCERS}


def _ready(port: int) -> str:
    return f"http://127.0.0.1:{port}/readyz"
