"""The front of a frame: [MM*ID*LEN*… or [MM*ID*IDX*LEN*…, and what can still be read when it is damaged."""

import re
from dataclasses import dataclass
from enum import Enum

MAX_CONTENT = 0xFFFF
MAX_FRAME = MAX_CONTENT + 40

_WHOLE = rb"\[([0-9A-Za-z]{2})\*([0-9A-Za-z]{1,20})\*"
_CUT = rb"\[(?:[0-9A-Za-z](?:[0-9A-Za-z](?:\*[0-9A-Za-z]{0,20})?)?)?\Z"
POSSIBLE_START = re.compile(_WHOLE + rb"|" + _CUT)
_START = re.compile(_WHOLE)
_START_CUT = re.compile(_CUT)
_INDEX_AND_LENGTH = re.compile(rb"([0-9A-Fa-f]{4})\*([0-9A-Fa-f]{4})\*")
_LENGTH = re.compile(rb"([0-9A-Fa-f]{4})\*")
_NUMBERS_CUT = re.compile(rb"[0-9A-Fa-f]{0,4}\Z|[0-9A-Fa-f]{4}\*[0-9A-Fa-f]{0,4}\Z")
_DAMAGED_LENGTH = re.compile(rb"[^*,\[\]]{0,8}\*")


class Front(Enum):
    """What the bytes after a `[` are when they are not a header."""

    NOISE = "noise"
    UNFINISHED = "unfinished"


@dataclass(slots=True, kw_only=True)
class Header:
    """Not frozen, like all that is made for every frame: a frozen one takes three times as long to make."""

    maker: bytes
    identity: bytes
    index: bytes | None
    length: int | None
    content_at: int

    @property
    def again(self) -> bytes:
        """How the next frame of the same watch begins."""
        return b"[" + self.maker + b"*" + self.identity + b"*"


def read_header(data: bytes, at: int, *, whole: bool) -> Header | Front:
    """`whole`: no more bytes will come, so an unfinished header is read as it stands."""
    start = _START.match(data, at)
    if start is None:
        cut = _START_CUT.match(data, at)
        return Front.UNFINISHED if cut and not whole else Front.NOISE
    return _read_numbers(data, start, whole=whole)


def _read_numbers(data: bytes, start: re.Match[bytes], *, whole: bool) -> Header | Front:
    at = start.end()
    both = _INDEX_AND_LENGTH.match(data, at)
    if both:
        return _header(start, both.group(1), int(both.group(2), 16), both.end())
    if not whole and _NUMBERS_CUT.match(data, at):
        return Front.UNFINISHED
    length = _LENGTH.match(data, at)
    if length:
        return _header(start, None, int(length.group(1), 16), length.end())
    damaged = _DAMAGED_LENGTH.match(data, at)
    return _header(start, None, None, damaged.end() if damaged else at)


def _header(start: re.Match[bytes], index: bytes | None, length: int | None, content_at: int) -> Header:
    return Header(maker=start.group(1), identity=start.group(2), index=index, length=length, content_at=content_at)
