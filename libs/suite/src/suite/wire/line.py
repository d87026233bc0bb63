"""One connection that passes through a wire, and what may happen to its bytes."""

import asyncio
import random
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

CHUNK = 65_536
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER 0: closing sends RST


class Way(Enum):
    """There: from the client to the server. Back: the replies."""

    THERE = "there"
    BACK = "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What happens to bytes: `swallowed` ways are black holes, `sliced` sends each byte alone.

    `loses_reply` is asked about what a client says; where it says yes, the server hears it, and its reply is lost with
    the connection.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    swallowed: frozenset[Way] = frozenset()
    sliced: bool = False
    loses_reply: Callable[[bytes], bool] = lambda _: False


@dataclass(eq=False, slots=True)
class Line:
    """Two sockets and the bytes between them; `trouble` may change at any moment."""

    near: tuple[asyncio.StreamReader, asyncio.StreamWriter]
    far: tuple[asyncio.StreamReader, asyncio.StreamWriter]
    trouble: Trouble
    cut_next: bool = False
    reply_lost: bool = False

    async def run(self) -> None:
        """Until both sides have said all, or one is gone."""
        pumps = [
            asyncio.ensure_future(self._pump(self.near[0], self.far[1], Way.THERE)),
            asyncio.ensure_future(self._pump(self.far[0], self.near[1], Way.BACK)),
        ]
        done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_EXCEPTION)
        if any(pump.exception() for pump in done):
            self.reset()
        for pump in pumps:
            pump.cancel()
        for _, writer in (self.near, self.far):
            writer.close()

    def reset(self) -> None:
        """Both sides see `connection reset by peer`."""
        for _, writer in (self.near, self.far):
            with suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way) -> None:
        while data := await reader.read(CHUNK):
            await self._pass(data, writer, way)
        with suppress(OSError):
            writer.write_eof()

    async def _pass(self, data: bytes, writer: asyncio.StreamWriter, way: Way) -> None:
        trouble = self.trouble
        if way is Way.THERE and trouble.loses_reply(data):
            self.reply_lost = True
        elif way is Way.BACK and self.reply_lost:
            raise ConnectionResetError
        if trouble.delay_s or trouble.jitter_s:
            await asyncio.sleep(trouble.delay_s + random.uniform(0, trouble.jitter_s))
        if way in trouble.swallowed:
            return
        if self.cut_next and len(data) > 1:
            writer.write(data[: len(data) // 2])
            await writer.drain()
            raise ConnectionResetError
        for piece in (data[n : n + 1] for n in range(len(data))) if trouble.sliced else (data,):
            writer.write(piece)
            await writer.drain()
