"""Which processes a small box runs, and what each is told by its environment."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from suite.processes import Process

PRODUCERS = ("people", "device", "order", "notify", "payment")
CONSUMERS = ("device", "order", "notify", "payment")

# Each shared secret, and the only processes that are handed it.
SECRETS = {
    "ELDERCARE_PAYMENT_PROCESSOR_SECRET": frozenset({"processor", "core"}),
    "ELDERCARE_PAGER_SECRET": frozenset({"core", "gateway"}),
    "ELDERCARE_NOTIFY_WEBHOOK_SECRETS": frozenset({"core"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPorts:
    """What every copy of core and events has for itself."""

    rpc: int
    core_health: int
    events_health: int

    @property
    def addresses(self) -> dict[str, str]:
        return {
            "ELDERCARE_CORE_RPC_ADDRESS": f"127.0.0.1:{self.rpc}",
            "ELDERCARE_CORE_HEALTH_ADDRESS": f"127.0.0.1:{self.core_health}",
            "ELDERCARE_EVENTS_HEALTH_ADDRESS": f"127.0.0.1:{self.events_health}",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports(CopyPorts):
    """One free port each."""

    watch: int
    ingress_health: int
    web: int
    processor: int


def rpc_target(ports: Sequence[CopyPorts]) -> str:
    """Where callers find any of the copies."""
    places = ",".join(f"127.0.0.1:{each.rpc}" for each in ports)
    return places if len(ports) == 1 else f"ipv4:{places}"


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]


def processes_of(
    run_dir: Path, ports: Ports, copies: Sequence[CopyPorts], environ: Mapping[str, str], *, events_host: str
) -> list[Process]:
    """Processor first, then what serves and what consumes (`core-2`, `events-2`: copies), then what faces outside."""
    logs = run_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)

    def process(name: str, argv: list[str], ready: str, own: Mapping[str, str] | None = None) -> Process:
        env = environ_of(name.partition("-")[0], environ) | dict(own or {})
        return Process(name, argv, env, logs / f"{name}.log", ready, run_dir=run_dir)

    def pair(suffix: str, at: CopyPorts) -> list[Process]:
        return [
            process(f"core{suffix}", python("chassis.serve_core", *PRODUCERS), _ready(at.core_health), at.addresses),
            process(f"events{suffix}", python(events_host, *CONSUMERS), _ready(at.events_health), at.addresses),
        ]

    return [
        process(
            "processor",
            python("payment_service.sandbox", "--port", str(ports.processor), "--state", str(run_dir / "processor.db")),
            f"tcp://127.0.0.1:{ports.processor}",
        ),
        *pair("", ports),
        *(each for number, at in enumerate(copies, start=2) for each in pair(f"-{number}", at)),
        process("ingress", python("device_service.entrypoints.ingress"), _ready(ports.ingress_health)),
        process("gateway", python("gateway_service"), _ready(ports.web)),
    ]


def environ_of(process: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without the secrets that are none of this process's business."""
    return {name: value for name, value in environ.items() if process in SECRETS.get(name, {process})}


def addresses(ports: Ports, copies: Sequence[CopyPorts] = ()) -> dict[str, str]:
    """The variables that say where each process listens and finds the others."""
    return {
        **ports.addresses,
        "ELDERCARE_DEVICE_WATCH_ADDRESS": f"127.0.0.1:{ports.watch}",
        "ELDERCARE_DEVICE_INGRESS_HEALTH_ADDRESS": f"127.0.0.1:{ports.ingress_health}",
        "ELDERCARE_PAGER_URL": f"http://127.0.0.1:{ports.web}/desk/pages",
        "ELDERCARE_GATEWAY_ADDRESS": f"127.0.0.1:{ports.web}",
        "ELDERCARE_PAYMENT_PROCESSOR_URL": f"http://127.0.0.1:{ports.processor}",
    } | {f"ELDERCARE_RPC_{service.upper()}": rpc_target([ports, *copies]) for service in PRODUCERS}


def _ready(port: int) -> str:
    return f"http://127.0.0.1:{port}/readyz"
