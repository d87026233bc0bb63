"""A whole export over rpc: device's core gives its rows, a process writes, signs and leaves them as a package."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree

from bench.rounds import Rounds
from bench.row import Row
from bench.stage import ROOT, Stage
from chassis.clock import monotonic
from suite.export.verify import verify
from suite.processes import Process
from suite.servers.ports import free_port

DEVICES = 1_000
_DEVICES = """INSERT INTO devices (name, adapter, identity, vendor, model, region)
    SELECT 'devices/' || gen_random_uuid(), 'watch', 'bench' || n, 'bench', 'M', 'regions/bench'
    FROM generate_series(1, %s) n"""
_EVENTS = """INSERT INTO observations (id, device, person, frame, receive_time, event_time, code, value, unit, method,
                                       quality, doubts, archived)
    SELECT gen_random_uuid(), split_part(d.name, '/', 2)::uuid, gen_random_uuid(), gen_random_uuid(),
           app_now() - n * interval '5 minutes', app_now() - n * interval '5 minutes', '8867-4', 60 + n %% 40, '/min',
           'wrist-optical', 'valid', '', false
    FROM devices d, generate_series(1, %s) n"""
_BARE = b"COPY (SELECT row_to_json(r) FROM observations r ORDER BY device, receive_time, id) TO STDOUT"


def measure(stage: Stage, rounds: Rounds) -> Sequence[Row]:
    _fill(stage, rounds.exported)
    address = f"127.0.0.1:{free_port()}"
    argv = [sys.executable, "-m", "chassis.serve_core", "device"]
    core = stage.process("export", argv, f"tcp://{address}", ELDERCARE_CORE_RPC_ADDRESS=address)
    core.start()
    try:
        core.wait_ready()
        ours, writer_mb = _exported(stage, address, rounds.exported)
        core_mb = _peak_mb(core)
    finally:
        core.stop()
    beside = "one COPY of the same rows as JSON into a file, without schema, order check, sums, seals"
    return [
        Row(name="export_throughput", value=ours, unit="1/s", floor=_copied(stage, rounds.exported), beside=beside),
        Row(
            name="export_memory",
            value=writer_mb,
            unit="MB",
            beside=f"peak of who writes; of device's core {core_mb:.0f}",
        ),
    ]


def _fill(stage: Stage, events: int) -> None:
    with stage.owner("device") as connection:
        connection.execute(_DEVICES.encode(), [DEVICES])
        connection.execute(_EVENTS.encode(), [events // DEVICES])
        connection.execute(b"VACUUM ANALYZE observations")


def _exported(stage: Stage, address: str, events: int) -> tuple[float, float]:
    """Rows a second until the package is signed, and the peak of its writer in MB; the package is proven after it."""
    out = stage.run_dir / "package"
    argv = [sys.executable, "-m", "bench.export_writer", address, str(stage.run_dir / "keys"), str(out)]
    done = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    if verify(out).lines != told["lines"] or told["lines"] < events:
        raise ValueError(f"{events} were there and {told['lines']} exported")
    rmtree(out)
    return told["lines"] / told["seconds"], told["peak_mb"]


def _peak_mb(process: Process) -> float:
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ValueError("no peak")


def _copied(stage: Stage, events: int) -> float:
    began = monotonic()
    path = stage.run_dir / "bare.ndjson"
    with (
        path.open("wb") as file,
        stage.owner("device") as connection,
        connection.cursor() as cursor,
        cursor.copy(_BARE) as copy,
    ):
        for data in copy:
            file.write(data)
    seconds = monotonic() - began
    path.unlink()
    return events / seconds
