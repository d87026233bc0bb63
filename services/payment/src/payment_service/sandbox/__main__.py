"""`python -m payment_service.sandbox --port 0 --state FILE`: says where it listens in one JSON line."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from chassis.environment import surroundings
from payment_service.sandbox.server import Patience, SandboxServer
from payment_service.settings import SECRETS, secrets_of


def main() -> int:
    told = _arguments()
    secrets = secrets_of(surroundings().get(SECRETS, ""))
    if not secrets:
        sys.stderr.write(f"{SECRETS} is not set: the secret shared with the payment service.\n")
        return 2
    patience = Patience(slow_s=told.slow_seconds, mute_s=told.mute_seconds)
    server = SandboxServer((told.host, told.port), told.state, secrets, patience)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.stop).start())
    sys.stdout.write(json.dumps({"url": server.url}) + "\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="payment_service.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, required=True, help="the file that keeps what was answered")
    parser.add_argument("--slow-seconds", type=float, default=2.0, help="how long tok_slow takes")
    parser.add_argument("--mute-seconds", type=float, default=60.0, help="how long a mute answer keeps the line open")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
