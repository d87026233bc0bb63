"""Many watches whose sessions stay open: they press at a rate, or report vitals as fast as they are answered."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Self

from chassis.clock import monotonic, wall_ms, wall_now
from suite.crowd import Household
from suite.simulated_watch import Body, Fix, SimulatedWatch, Status, answers

ANSWER_S = 30.0
# Of one round of vitals: heart rate; blood pressure and the pulse with it; oxygen; skin temperature; steps.
OBSERVATIONS_A_ROUND = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """`sent` by the wall clock, right before the bytes were handed to the socket."""

    device: str
    sent: datetime


class Unanswered(Exception):
    """A watch was not answered in time, or its line was closed."""


class _Line:
    def __init__(self, home: Household) -> None:
        self.home, self._numbers = home, count(wall_ms())

    def _next(self) -> tuple[int, SimulatedWatch]:
        """Identical bytes within two minutes are one frame, so every round has an index of its own."""
        number = next(self._numbers)
        return number, SimulatedWatch(number=self.home.identity, index=number % 0x10000)

    async def open(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._reader, self._writer = await asyncio.open_connection(host, int(port))
        _, watch = self._next()
        await self._ask(watch.lk(), "LK")

    async def press(self) -> Press:
        fix = Fix(lat=self.home.lat, lon=self.home.lon)
        _, watch = self._next()
        frame = watch.alarm(Status.SOS, fix, wall_now().replace(microsecond=0), Body(steps=1_200))
        sent = wall_now()
        await self._ask(frame, "AL")
        return Press(device=self.home.device, sent=sent)

    async def report(self) -> None:
        """Frames of a session are stored in order, so the answer to the last one answers for all."""
        number, watch = self._next()
        vitals = (
            watch.heart(60 + number % 40),
            watch.blood_pressure(110 + number % 30, 70 + number // 30 % 20, 60 + number % 40),
            watch.oxygen(90 + number % 10),
            watch.skin_temperature(30 + number % 500 / 100),
        )
        await self._ask(b"".join(vitals) + watch.lk(steps=number % 20_000), "LK")

    async def _ask(self, frames: bytes, answer: str) -> None:
        self._writer.write(frames)
        heard = b""
        try:
            async with asyncio.timeout(ANSWER_S):
                while answer not in answers(heard):
                    data = await self._reader.read(4096)
                    if not data:
                        raise Unanswered("a watch's line was closed")
                    heard += data
        except TimeoutError as late:
            raise Unanswered(f"a watch was not answered within {ANSWER_S:.0f} s") from late

    def close(self) -> None:
        self._writer.close()


class Watches:
    """A context manager: all are on the line inside it."""

    def __init__(self, address: str, homes: Sequence[Household]) -> None:
        self._address, self._lines = address, [_Line(home) for home in homes]
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._runner.run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        for line in self._lines:
            line.close()
        self._runner.close()

    def press(self, number: int, rate: float) -> list[Press]:
        """The first `number` watches once each, `rate` a second; raises Unanswered."""
        return self._runner.run(self._press(self._lines[:number], rate))

    def report(self, rounds: int) -> float:
        """Each watch reports `rounds` times; returns the seconds until the last answer. Raises Unanswered."""
        return self._runner.run(self._report(rounds))

    async def _open(self) -> None:
        for line in self._lines:
            await line.open(self._address)

    async def _press(self, lines: Sequence[_Line], rate: float) -> list[Press]:
        began = monotonic()

        async def one(place: int, line: _Line) -> Press:
            await asyncio.sleep(max(0.0, began + place / rate - monotonic()))
            return await line.press()

        return await asyncio.gather(*(one(place, line) for place, line in enumerate(lines)))

    async def _report(self, rounds: int) -> float:
        async def one(line: _Line) -> None:
            for _ in range(rounds):
                await line.report()

        began = monotonic()
        await asyncio.gather(*(one(line) for line in self._lines))
        return monotonic() - began
