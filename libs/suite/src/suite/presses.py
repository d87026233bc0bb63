"""Pressing many watches at a rate, over real sockets, and what became of each press."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chassis.clock import monotonic, wall_now
from suite.crowd import Household
from suite.simulated_watch import Body, Fix, SimulatedWatch, Status, answers

ACK_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One press as the watch saw it. `acknowledged_ms` is None when no answer came: the watch would press again."""

    device: str
    sent: datetime
    acknowledged_ms: float | None


@dataclass(slots=True)
class _Line:
    """One watch with its session; a broken line is opened again, as a watch does."""

    home: Household
    host: str
    port: int
    watch: SimulatedWatch = field(init=False)
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.watch = SimulatedWatch(number=self.home.identity)

    async def press(self, number: int) -> Press:
        fix = Fix(lat=self.home.lat, lon=self.home.lon)
        async with self.turn:
            frame = self.watch.alarm(Status.SOS, fix, wall_now().replace(microsecond=0), Body(steps=number))
            sent, began = wall_now(), monotonic()
            while monotonic() - began < ACK_PATIENCE_S:
                if await self._asked(frame, "AL"):
                    return Press(device=self.home.device, sent=sent, acknowledged_ms=(monotonic() - began) * 1000)
            return Press(device=self.home.device, sent=sent, acknowledged_ms=None)

    async def _asked(self, frame: bytes, answer: str) -> bool:
        try:
            async with asyncio.timeout(ACK_PATIENCE_S / 6):
                await self._connected()
                await self._exchange(frame, answer)
                return True
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            self.close()
            await asyncio.sleep(0.2)
            return False

    async def _connected(self) -> None:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
            await self._exchange(self.watch.lk(steps=1, battery=80), "LK")

    async def _exchange(self, frame: bytes, answer: str) -> None:
        if self.writer is None or self.reader is None:
            raise ConnectionError("no line")
        self.writer.write(frame)
        heard = b""
        while answer not in answers(heard):
            data = await self.reader.read(4096)
            if not data:
                raise ConnectionError("the line was closed")
            heard += data

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


def press_all(
    address: str,
    homes: Sequence[Household],
    *,
    alarms: int,
    rate: float,
    tell: Callable[[Press], None] = lambda _: None,
) -> list[Press]:
    """`alarms` presses, `rate` a second, round-robin over the households; each byte string is a press of its own."""
    return asyncio.run(_press_all(address, homes, alarms, rate, tell))


async def _press_all(
    address: str, homes: Sequence[Household], alarms: int, rate: float, tell: Callable[[Press], None]
) -> list[Press]:
    host, _, port = address.rpartition(":")
    lines = [_Line(home, host, int(port)) for home in homes]
    began = monotonic()

    async def one(number: int) -> Press:
        await asyncio.sleep(max(0.0, began + number / rate - monotonic()))
        press = await lines[number % len(lines)].press(number)
        tell(press)
        return press

    presses = await asyncio.gather(*(one(number) for number in range(alarms)))
    for line in lines:
        line.close()
    return list(presses)
