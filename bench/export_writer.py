"""`python -m bench.export_writer ADDRESS KEYS OUT`: one export of everything, and what it took, as JSON."""

import json
import resource
import sys
from pathlib import Path

import grpc

from chassis.clock import monotonic, wall_now
from chassis.export.part import Wanted
from chassis.identity import Identity
from suite.export.make import Exporter


def main(address: str, keys: Path, out: Path) -> None:
    identity = Identity.load("suite", keys / "suite.key", keys / "trusted.json")
    began = monotonic()
    with grpc.insecure_channel(address) as channel:
        exporter = Exporter(channel_of=lambda _: channel, identity=identity)
        written = exporter.export(Wanted(selection={}, until=wall_now()), out, ["device"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = sum(each.progress.tally.count for each in written)
    print(json.dumps({"lines": lines, "seconds": monotonic() - began, "peak_mb": peak}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
