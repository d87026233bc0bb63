"""Cutting frames out of a stream whose length field lies in one capture of three.

A frame ends, in this order of trust: before the next header of the same watch; at LEN, if a `]` stands there;
where the brackets balance. None of these looks further than it must, so how the stream was split never matters.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from device_service.adapters.contract import Framed, Garbage, Line
from device_service.adapters.watch.header import MAX_FRAME, POSSIBLE_START, Front, Header, read_header

NOISE = "NOISE_BETWEEN_FRAMES"
FRAME_TOO_LONG = "FRAME_TOO_LONG"

_BRACKET = re.compile(rb"[\[\]]")
_ANY_START = re.compile(rb"\[[0-9A-Za-z]{2}\*(?:[0-9]{10}|[0-9]{15})\*")
_OPEN, _CLOSE = ord("["), ord("]")
_MOST_BRACKETS = 256  # no list of Wi-Fi names holds more; counting further only helps an attacker

Piece = bytes | Garbage | None


def frame(buffer: bytes, line: Line = Line.OPEN) -> Framed:
    frames: list[bytes] = []
    garbage: list[Garbage] = []
    at = 0
    for piece, at in _pieces(buffer, line):  # noqa: B007 - where the last piece ends, the rest begins
        if isinstance(piece, Garbage):
            garbage.append(piece)
        elif piece is not None:
            frames.append(piece)
    return Framed(frames=tuple(frames), rest=buffer[at:], garbage=tuple(garbage))


def _pieces(buffer: bytes, line: Line) -> Iterator[tuple[Piece, int]]:
    """Each frame or stretch of garbage with the place where it ends; stops at what must wait for more."""
    done = at = 0
    while possible := POSSIBLE_START.search(buffer, at):
        at = possible.start()
        header = read_header(buffer, at, whole=line is Line.CLOSED)
        stop = min(len(buffer), at + MAX_FRAME)
        end = _end(_Window(buffer, stop), header, line) if isinstance(header, Header) else None
        if header is Front.NOISE or (isinstance(header, Header) and end == header.content_at):
            at = end or at + 1
            continue
        yield from _noise(buffer, done, at)
        if end is not None:
            yield buffer[at:end], end
        elif len(buffer) > stop:
            end = stop
            yield Garbage(reason=FRAME_TOO_LONG, data=buffer[at:end]), end
        else:
            return
        done = at = end
    yield from _noise(buffer, done, len(buffer))


def _noise(buffer: bytes, start: int, end: int) -> Iterator[tuple[Piece, int]]:
    """Line ends between frames are manners, not noise."""
    for at in range(start, end, MAX_FRAME):
        stop = min(at + MAX_FRAME, end)
        noise = buffer[at:stop]
        yield (Garbage(reason=NOISE, data=noise) if noise.strip(b"\r\n\0 ") else None), stop


class _Window(NamedTuple):
    """The bytes one frame may span: from its header up to the size limit."""

    data: bytes
    stop: int

    def up_to(self, stop: int) -> "_Window":
        return _Window(self.data, min(self.stop, stop))

    def find(self, what: bytes, start: int) -> int:
        return self.data.find(what, start, self.stop)


def _end(window: _Window, header: Header, line: Line) -> int | None:
    start = header.content_at
    if header.length is not None:
        by_length = start + header.length
        again = window.up_to(by_length).find(header.again, start)
        if again >= 0:
            return _before(window.up_to(again), start)
        if by_length >= window.stop and line is Line.OPEN:
            return None
        if by_length < window.stop and window.data[by_length] == _CLOSE:
            return by_length + 1
    return _by_brackets(window, header) or (_take_what_is_there(window, start) if line is Line.CLOSED else None)


def _by_brackets(window: _Window, header: Header) -> int | None:
    start = header.content_at
    again = window.find(header.again, start)
    if again >= 0:
        return _balanced(window.up_to(again), start) or _before(window.up_to(again), start)
    return _balanced(window, start)


def _balanced(window: _Window, start: int) -> int | None:
    """A Wi-Fi name may hold brackets, so the first `]` is not always the last."""
    depth = 1
    for bracket in islice(_BRACKET.finditer(window.data, start, window.stop), _MOST_BRACKETS):
        depth += 1 if window.data[bracket.start()] == _OPEN else -1
        if depth == 0:
            return bracket.end()
    return None


def _before(window: _Window, start: int) -> int:
    """A frame cut off by its successor keeps its own `]` when it has one, and leaves line ends behind."""
    closed = window.data.rfind(b"]", start, window.stop)
    if closed >= 0 and not window.data[closed + 1 : window.stop].strip():
        return closed + 1
    return _balanced(window, start) or window.stop


def _take_what_is_there(window: _Window, start: int) -> int:
    following = _ANY_START.search(window.data, start, window.stop)
    return _before(window.up_to(following.start()) if following else window, start)
