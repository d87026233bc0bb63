"""As many live feeds as a gateway holds, and a few more: who is refused is told why, everybody else hears the line."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from bench.row import Row
from bench.start import megabytes

HELD, BEYOND, CLIENTS = 10_000, 100, 2
FULL = "503 urn:eldercare:problem:feeds-full"


def measure(web: str, path: str, token: str, gateway: int, tell: Callable[[], None]) -> list[Row]:
    """`gateway`: its process; `tell` makes something happen in the region of `path`."""
    before = megabytes([gateway], "Rss")
    number = (HELD + BEYOND) // CLIENTS
    with ExitStack() as crowd:
        clients = [crowd.enter_context(_client(web, path, token, number)) for _ in range(CLIENTS)]
        opened = [_said(client) for client in clients]
        refused = Counter[str]()
        for each in opened:
            refused.update(each["refused"])
        count, grown = sum(each["open"] for each in opened), megabytes([gateway], "Rss") - before
        tell()
        heard = sum(_said(client)["heard"] for client in clients)
    why = ", ".join(f"{each} {name}" for name, each in refused.items()) or "none"
    told = f"of {HELD + BEYOND:,} asked for; each of {count:,} open ones waited for one line; refused: {why}"
    return [
        Row(name="feeds_open", value=heard, unit="feeds", beside=told),
        Row(
            name="feed_memory",
            value=grown * 1_000 / max(1, count),
            unit="KB",
            beside="of the gateway, resident, a feed",
        ),
    ]


@contextmanager
def _client(web: str, path: str, token: str, number: int) -> Iterator["subprocess.Popen[str]"]:
    argv = [sys.executable, "-m", "bench.feeds_client", web, path, str(number)]
    environ = os.environ | {"TOKEN": token}
    with subprocess.Popen(argv, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        try:
            yield client
        finally:
            client.terminate()


def _said(client: "subprocess.Popen[str]") -> Any:
    line = client.stdout.readline() if client.stdout else ""
    return json.loads(line)
