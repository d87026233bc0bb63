"""A port of our own in front of a server's; everything that passes can be delayed, swallowed, cut or reset."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Self, TypeVar
from urllib.parse import urlsplit, urlunsplit

from suite.servers.ports import free_port, release
from suite.wire.line import Line, Trouble

WELL = Trouble()
T = TypeVar("T")


class Wire:
    """A context manager; its loop runs on a thread of its own."""

    def __init__(self, server: str) -> None:
        """`server` is host:port."""
        host, _, port = server.rpartition(":")
        self._host, self._port = host, int(port)
        self.port = free_port()
        self._trouble = WELL
        self._lines: set[Line] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"wire to {server}", daemon=True)
        self._server: asyncio.Server | None = None

    @classmethod
    def to(cls, url: str) -> Self:
        """In front of the server of this address."""
        return cls(urlsplit(url).netloc.rpartition("@")[2])

    def through(self, url: str) -> str:
        """The same address, by way of this wire."""
        parts = urlsplit(url)
        who, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{who}{at}127.0.0.1:{self.port}"))

    def suffer(self, trouble: Trouble) -> None:
        """From now on, on all lines, those to come included."""

        def begin() -> None:
            self._trouble = trouble
            for line in self._lines:
                line.trouble = trouble

        self._call(begin)

    def heal(self) -> None:
        """New bytes pass as they are; what was swallowed stays lost."""
        self.suffer(WELL)

    def reset(self) -> int:
        """RST to both sides of every line; how many there were."""
        return self._each(Line.reset)

    def cut(self) -> int:
        """Each line ends in the middle of whatever is said on it next; how many there were."""

        def cut(line: Line) -> None:
            line.cut_next = True

        return self._each(cut)

    def start(self) -> Self:
        self._thread.start()
        serving = asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self._server = asyncio.run_coroutine_threadsafe(serving, self._loop).result()
        return self

    def close(self) -> None:
        def end() -> None:
            if self._server is not None:
                self._server.close()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()

        self.reset()
        self._call(end)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        release(self.port)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far = await asyncio.open_connection(self._host, self._port)
        except OSError:
            writer.transport.abort()
            return
        line = Line((reader, writer), far, self._trouble)
        self._lines.add(line)
        try:
            await line.run()
        finally:
            self._lines.discard(line)

    def _each(self, act: Callable[[Line], None]) -> int:
        def act_on_all() -> int:
            lines = list(self._lines)
            for line in lines:
                act(line)
            return len(lines)

        return self._call(act_on_all)

    def _call(self, act: Callable[[], T]) -> T:
        answer: Future[T] = Future()
        self._loop.call_soon_threadsafe(lambda: answer.set_result(act()))
        return answer.result()
