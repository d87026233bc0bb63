"""Pressing many watches at a rate, over real sockets, and what became of each press."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chassis.clock import monotonic, wall_now
from suite.crowd import Household
from suite.history import Attempt, Told
from suite.simulated_watch import Body, Fix, SimulatedWatch, Status, answers

ACK_PATIENCE_S = 30.0
TRY_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One frame as the watch saw it. `acknowledged_ms` is None when no answer came: the watch would say it again."""

    device: str
    number: int
    sent: datetime
    acknowledged_ms: float | None

    @property
    def attempt(self) -> Attempt:
        told = Told.UNKNOWN if self.acknowledged_ms is None else Told.OK
        return Attempt(key=f"{self.device} no. {self.number}", told=told)


Says = Callable[[SimulatedWatch, Household, int], tuple[bytes, str]]


def alarm(watch: SimulatedWatch, home: Household, number: int) -> tuple[bytes, str]:
    """The red key; the number, as steps, makes it a press of its own."""
    fix = Fix(lat=home.lat, lon=home.lon)
    return watch.alarm(Status.SOS, fix, wall_now().replace(microsecond=0), Body(steps=number)), "AL"


def telemetry(watch: SimulatedWatch, _: Household, number: int) -> tuple[bytes, str]:
    """A keep-alive with its steps."""
    return watch.lk(steps=number, battery=80), "LK"


@dataclass(slots=True)
class _Line:
    """One watch with its session; a broken line is opened again, as a watch does."""

    home: Household
    host: str
    port: int
    patience_s: float
    watch: SimulatedWatch = field(init=False)
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.watch = SimulatedWatch(number=self.home.identity)

    async def say(self, says: Says, number: int) -> Press:
        async with self.turn:
            frame, answer = says(self.watch, self.home, number)
            sent, began = wall_now(), monotonic()
            while monotonic() - began < self.patience_s:
                if await self._asked(frame, answer):
                    return self._press(number, sent, (monotonic() - began) * 1000)
            return self._press(number, sent, None)

    def _press(self, number: int, sent: datetime, acknowledged_ms: float | None) -> Press:
        return Press(device=self.home.device, number=number, sent=sent, acknowledged_ms=acknowledged_ms)

    async def _asked(self, frame: bytes, answer: str) -> bool:
        try:
            async with asyncio.timeout(TRY_S):
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
            await self._exchange(self.watch.lk(battery=80), "LK")

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Producer:
    """Says something `rate` times a second, round-robin over the households; `first` is the number of the first.

    Each byte string is a press of its own.
    """

    address: str
    homes: Sequence[Household]
    rate: float
    says: Says = alarm
    first: int = 0
    patience_s: float = ACK_PATIENCE_S

    def press_while(self, wanted: Callable[[int], bool]) -> list[Press]:
        """Goes on while the next one, counted from 0, is wanted; returns when all were answered or given up."""
        return asyncio.run(self._press_while(wanted))

    async def _press_while(self, wanted: Callable[[int], bool]) -> list[Press]:
        lines, began, said = self._lines(), monotonic(), list[asyncio.Task[Press]]()
        async with asyncio.TaskGroup() as group:
            while wanted(len(said)):
                number = len(said)
                said.append(group.create_task(lines[number % len(lines)].say(self.says, self.first + number)))
                await asyncio.sleep(max(0.0, began + len(said) / self.rate - monotonic()))
        for line in lines:
            line.close()
        return [each.result() for each in said]

    def _lines(self) -> list[_Line]:
        host, _, port = self.address.rpartition(":")
        return [_Line(home, host, int(port), self.patience_s) for home in self.homes]
