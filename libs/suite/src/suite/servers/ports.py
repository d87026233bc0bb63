"""Free ports on the loopback, leased so that two suites on one machine never pick the same one."""

import random
import socket
import threading

FIRST, LAST = 20_000, 32_000  # below the range the kernel lends to outgoing connections

_leases: dict[int, socket.socket] = {}
_lock = threading.Lock()


def free_port(preferred: int | None = None) -> int:
    """Leased for the life of this process; `preferred` is taken when it is still free."""
    with _lock:
        if preferred is not None and _take(preferred):
            return preferred
        for port in random.sample(range(FIRST, LAST), 1_000):
            if _take(port):
                return port
    raise OSError(f"no free port between {FIRST} and {LAST}")


def release(*ports: int) -> None:
    with _lock:
        for port in ports:
            if (lease := _leases.pop(port, None)) is not None:
                lease.close()


def _take(port: int) -> bool:
    if port in _leases:
        return False
    lease = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        # An abstract name belongs to one living process at a time, whoever its user is.
        lease.bind(f"\0eldercare-port-{port}")
        _try_to_listen(port)
    except OSError:
        lease.close()
        return False
    _leases[port] = lease
    return True


def _try_to_listen(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        probe.listen()
