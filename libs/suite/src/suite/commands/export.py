"""`eldercare export`: a neutral package of a running suite, and the proof of one."""

from datetime import datetime
from pathlib import Path

import grpc
from rich.console import Console

from chassis.clock import monotonic
from chassis.export.part import Wanted
from chassis.identity import Identity
from chassis.rpc.client import refused
from suite.commands.attach import attached
from suite.export.make import Exporter
from suite.export.verify import Broken, verify


def run(run_dir: Path, out: Path, selection: dict[str, str], until: datetime | None) -> int:
    """Returns 0; 2 when the folder is in use or the suite refuses."""
    console = Console(highlight=False, soft_wrap=True)
    if out.exists() and any(out.iterdir()):
        console.print(f"{out} is not empty: an export has a folder of its own")
        return 2
    with attached(run_dir) as (state, journals):
        keys = Path(state.keys)
        identity = Identity.load("suite", keys / "suite.key", keys / "trusted.json")
        wanted = Wanted(selection=selection, until=until or journals.now("device"))
        began = monotonic()
        with grpc.insecure_channel(state.rpc) as channel:
            exporter = Exporter(channel_of=lambda _: channel, identity=identity, tell=console.print)
            try:
                written = exporter.export(wanted, out)
            except grpc.RpcError as error:
                console.print(f"not exported: {refused(error)}", markup=False)
                return 2
    lines = sum(each.progress.tally.count for each in written)
    console.print(f"{lines:,} lines in {monotonic() - began:.1f} s, signed by {identity.name}: {out}")
    return 0


def prove(folder: Path, trusted: Path | None) -> int:
    """Returns 0, or 1 with the first thing that is wrong."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        proven = verify(folder, trusted=trusted)
    except Broken as broken:
        console.print(str(broken), markup=False)
        return 1
    console.print(
        f"{proven.lines:,} lines in {proven.files} files up to {proven.until} are as {proven.signer} signed them"
    )
    return 0
