"""A box from nothing to ready beyond the broker's own boot, and the memory its processes hold when nothing happens."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.rounds import Rounds
from bench.row import Row
from chassis.clock import monotonic, pause
from suite.box import Box, BoxPlace
from suite.servers import start_servers

# Long enough for caches of the start to be gone over once.
IDLE_S = 5.0
KIB, MB = 1024, 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Seconds; megabytes, shared pages counted by their share (PSS) and in full (RSS)."""

    beyond_broker_s: float
    broker_s: float
    pss_mb: float
    rss_mb: float


class _Moments:
    """When each server said that it is ready."""

    def __init__(self) -> None:
        self.began = monotonic()
        self.ready: dict[str, float] = {}

    def hear(self, sentence: str) -> None:
        name, _, said = sentence.partition(" ")
        if said.startswith("ready at"):
            self.ready[name] = monotonic() - self.began


def measure(rounds: Rounds) -> list[Row]:
    seen = [_start() for _ in range(rounds.starts)]
    return [
        Row(
            name="suite_start",
            value=median(each.beyond_broker_s for each in seen),
            unit="s",
            beside=f"empty folder; the broker's own boot took {median(each.broker_s for each in seen):.1f} s",
        ),
        Row(
            name="box_memory",
            value=median(each.pss_mb for each in seen),
            unit="MB",
            beside=f"PSS of all processes but the servers; RSS {median(each.rss_mb for each in seen):.0f} MB",
        ),
    ]


def _start() -> Started:
    moments = _Moments()
    with tempfile.TemporaryDirectory(prefix="eldercare-bench-") as folder:
        run_dir = Path(folder)
        with (
            start_servers(run_dir, progress=moments.hear) as servers,
            Box(BoxPlace(run_dir=run_dir), servers, progress=lambda _: None) as box,
        ):
            whole, broker = (
                monotonic() - moments.began,
                moments.ready.get("rabbitmq", 0.0),
            )  # 0: somebody else's runs already
            pause(IDLE_S)
            pids = [process.pid for process in box.processes.values() if process.pid is not None]
            return Started(
                beyond_broker_s=whole - broker,
                broker_s=broker,
                pss_mb=megabytes(pids, "Pss"),
                rss_mb=megabytes(pids, "Rss"),
            )


def megabytes(pids: Sequence[int], what: str) -> float:
    """`Pss` or `Rss` of these processes together, as the kernel counts it."""
    return sum(_kib(pid, what) for pid in pids) * KIB / MB


def _kib(pid: int, what: str) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == what:
            return int(rest.split()[0])
    raise LookupError(f"process {pid} has no {what}")
