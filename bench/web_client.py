"""HTTP/1.1 over bare asyncio streams: the same lean client for the gateway and for what it is compared with."""

import asyncio
import json
import resource
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from chassis.clock import monotonic, wall_now

PATIENCE_S = 60.0
SPARE_FILES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    rate: float
    waits_ms: list[float]


def allow_files(feeds: int) -> None:
    """A feed is an open file; what is started later inherits the limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, feeds + SPARE_FILES), most))


async def requests_of(web: str, path: str, token: str, number: int, connections: int) -> Exchange:
    """`number` reads, one after the other on each connection."""
    waits: list[float] = []
    began = monotonic()
    await asyncio.gather(*(_reads(web, path, token, number // connections, waits) for _ in range(connections)))
    return Exchange(rate=len(waits) / (monotonic() - began), waits_ms=waits)


async def feeds_of(
    web: str, path: str, token: str, number: int, tell: Callable[[], None]
) -> list[tuple[int, datetime]]:
    """Opens that many feeds, has something told, and says which line each heard first, and when."""
    feeds = [await _feed(web, path, token) for _ in range(number)]
    hearing = [asyncio.create_task(first_line(reader)) for reader, _ in feeds]
    await asyncio.to_thread(tell)
    try:
        return await asyncio.wait_for(asyncio.gather(*hearing), PATIENCE_S)
    finally:
        for _, writer in feeds:
            writer.close()


async def _reads(web: str, path: str, token: str, number: int, waits: list[float]) -> None:
    reader, writer = await _connected(web)
    try:
        for _ in range(number):
            began = monotonic()
            writer.write(_request(web, path, token))
            await _answer(reader)
            waits.append((monotonic() - began) * 1000)
    finally:
        writer.close()


async def opened(web: str, path: str, token: str) -> tuple[int, asyncio.StreamReader, asyncio.StreamWriter]:
    """Asks for a feed: the status, and what is left to read."""
    reader, writer = await _connected(web)
    writer.write(_request(web, path, token))
    head = await reader.readuntil(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), reader, writer


async def problem_of(reader: asyncio.StreamReader) -> str:
    """The name of a refusal whose head was read."""
    body = await reader.readuntil(b"}")
    return str(json.loads(body)["type"])


async def _feed(web: str, path: str, token: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    status, reader, writer = await opened(web, path, token)
    if status != 200:
        raise ConnectionError(f"{status} {await problem_of(reader)}")
    return reader, writer


async def first_line(reader: asyncio.StreamReader) -> tuple[int, datetime]:
    while True:
        line = await reader.readline()
        if not line:
            raise ConnectionError("the feed has ended")
        if line.startswith(b"id:"):
            return int(line[3:]), wall_now()


async def _connected(web: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    at = urlsplit(web)
    return await asyncio.open_connection(at.hostname, at.port)


def _request(web: str, path: str, token: str) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {urlsplit(web).netloc}",
        *([f"Authorization: Bearer {token}"] * bool(token)),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise ConnectionError(head.partition(b"\r\n")[0].decode())
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.partition(b":")[2]))
