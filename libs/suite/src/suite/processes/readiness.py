"""When a process counts as ready: a question of our own, an http page that answers, or a tcp port that accepts."""

import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlsplit

Ready: TypeAlias = Callable[[], bool] | str


def asks(ready: Ready) -> Callable[[], bool]:
    if callable(ready):
        return ready
    address = ready
    if address.startswith("tcp://"):
        return lambda: accepts(address)
    return lambda: answers(address)


def accepts(address: str) -> bool:
    parts = urlsplit(address)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 0), timeout=1):
            return True
    except OSError:
        return False


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:  # noqa: S310 - our own address
            return 200 <= int(response.status) < 300
    except (OSError, ValueError):
        return False
