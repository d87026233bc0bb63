"""A made-up watch on a real socket."""

import socket

from suite.simulated_watch import SimulatedWatch, Status, answers

__all__ = ["SimulatedWatch", "Status", "WatchLine"]


class WatchLine:
    """One TCP session of one watch: what is sent is answered before the next."""

    def __init__(self, address: str, identity: str, *, patience_s: float = 20.0) -> None:
        host, _, port = address.rpartition(":")
        self.watch = SimulatedWatch(number=identity)
        self._socket = socket.create_connection((host, int(port)), timeout=patience_s)

    def hello(self) -> None:
        """The keep-alive every watch sends first; the answer says the identity is known."""
        self.ask(self.watch.lk(steps=120, battery=80), "LK")

    def ask(self, frame: bytes, answer: str) -> None:
        """Sends a frame and waits for its answer; raises TimeoutError or ConnectionError."""
        self._socket.sendall(frame)
        heard = b""
        while answer not in answers(heard):
            data = self._socket.recv(4096)
            if not data:
                raise ConnectionError(f"the line was closed before {answer}")
            heard += data

    def say(self, frame: bytes) -> None:
        self._socket.sendall(frame)

    def close(self) -> None:
        self._socket.close()
