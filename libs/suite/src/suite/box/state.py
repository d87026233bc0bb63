"""Where a running box is found by the other commands."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxState:
    """Addresses of a running box. Database addresses are per service: the auditor reads, the tester pushes the clock,
    the operator (the service's own role) replays what is parked. `broker` is the management interface; `amqp` is empty
    in a folder an earlier release provisioned."""

    pid: int
    rpc: str
    watch: str
    web: str
    keys: str
    auditors: dict[str, str]
    testers: dict[str, str]
    operators: dict[str, str]
    health: dict[str, str]
    broker: str
    vhost: str
    amqp: str = ""


class NoBox(Exception):
    """No suite runs in this folder."""


def write_state(run_dir: Path, state: BoxState) -> None:
    path = run_dir / "box.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(state)))


def read_state(run_dir: Path) -> BoxState:
    """The box that runs here; raises NoBox when there is none or its process is gone."""
    path = run_dir / "box.json"
    try:
        state = BoxState(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as missing:
        raise NoBox(f"no suite runs in {run_dir}: start one with `make run`") from missing
    if not Path(f"/proc/{state.pid}").exists():
        raise NoBox(f"the suite of {run_dir} has ended: start one with `make run`")
    return state
