"""Streams a server holds open: counted, on threads of their own, ended with the token, cut when nobody reads them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from google.protobuf.message import Message
from prometheus_client import Counter, Gauge

from chassis.clock import monotonic, wall_now
from chassis.refusal import Refusal

log = structlog.get_logger(__name__)

MOST = 64
OF_ONE_CALLER = 4
UNREAD_S = 30.0
_SPARE = 4  # threads that say no while all streams are taken
OPEN = Gauge("eldercare_rpc_streams_open", "Streams held open")
CUT = Counter("eldercare_rpc_streams_cut_total", "Streams cut because nobody read what they were handed")


class TooManyStreams(Refusal):
    status = "RESOURCE_EXHAUSTED"
    sentence = "Too many streams are open. Close one of yours, or come back later."


@dataclass(eq=False, slots=True)
class Stream:
    """One open stream; `handed_at` is set while a message waits to be taken off our hands."""

    caller: str
    cut: Callable[[], object]
    handed_at: float | None = None


class Streams:
    """The streams of one server. A thread each, never one that answers other calls."""

    def __init__(self, most: int = MOST, of_one: int = OF_ONE_CALLER, unread_s: float = UNREAD_S) -> None:
        self.most, self._of_one, self._unread_s = most, of_one, unread_s
        self.pool = ThreadPoolExecutor(most + _SPARE, thread_name_prefix="stream")
        self._lock = threading.Lock()
        self._open: set[Stream] = set()
        self._stopping = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._watch, name="streams", daemon=True).start()

    def stop(self) -> None:
        """Streams end at their next look, which is at most a second away."""
        self._stopping.set()
        self.pool.shutdown(wait=False)

    @contextmanager
    def admitted(self, caller: str, cut: Callable[[], object]) -> Iterator[Stream]:
        stream = Stream(caller=caller, cut=cut)
        with self._lock:
            of_caller = sum(other.caller == caller for other in self._open)
            if len(self._open) >= self.most or of_caller >= self._of_one:
                raise TooManyStreams
            self._open.add(stream)
            OPEN.inc()
        try:
            yield stream
        finally:
            with self._lock:
                self._open.discard(stream)
                OPEN.dec()

    def carry(
        self, stream: Stream, messages: Iterable[Message | None], *, until: int, alive: Callable[[], bool]
    ) -> Iterator[Message]:
        """None stands for a look without news. Nothing is told after the last second of the caller's token."""
        for message in messages:
            is_past = bool(until) and wall_now().timestamp() >= until
            if is_past or self._stopping.is_set() or not alive():
                return
            if message is not None:
                stream.handed_at = monotonic()
                yield message
                stream.handed_at = None

    def cut_unread(self) -> int:
        """Whoever does not take what was handed over keeps a thread from others."""
        now = monotonic()
        with self._lock:
            unread = [each for each in self._open if each.handed_at and now - each.handed_at > self._unread_s]
        for stream in unread:
            log.warning("stream.cut", actor=stream.caller)
            CUT.inc()
            stream.cut()
        return len(unread)

    def _watch(self) -> None:
        while not self._stopping.wait(1):
            self.cut_unread()
