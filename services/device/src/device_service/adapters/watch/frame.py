"""One frame taken apart: who speaks, in which dialect, what it says, and whether the frame is whole."""

import re
from dataclasses import dataclass
from functools import lru_cache

from device_service.adapters.contract import DecodeError
from device_service.adapters.watch.header import Front, Header, read_header

LENGTH_WRONG = "LENGTH_WRONG"
FRAME_CUT_OFF = "FRAME_CUT_OFF"

_IDENTITY = re.compile(rb"[0-9]{10}(?:[0-9]{5})?\Z")


@dataclass(slots=True, kw_only=True)
class Frame:
    """`said` is the type as the watch wrote it, `payload` the bytes after its comma (None without one)."""

    maker: str
    identity: str
    index: str | None
    said: str
    payload: bytes | None
    doubts: tuple[str, ...]

    @property
    def cut_off(self) -> bool:
        return FRAME_CUT_OFF in self.doubts


def take_apart(data: bytes) -> Frame:
    header = read_header(data, 0, whole=True)
    if isinstance(header, Front):
        raise DecodeError("FRAME_UNREADABLE", "The bytes do not begin with [MM*ID*; keep them and ask the vendor.")
    if not _IDENTITY.match(header.identity):
        raise DecodeError("IDENTITY_UNREADABLE", "A watch's number has 10 or 15 digits; this one has not.")
    content, doubts = _content(data, header)
    said, comma, payload = content.partition(b",")
    return Frame(
        maker=header.maker.decode("ascii"),
        identity=header.identity.decode("ascii"),
        index=header.index.decode("ascii") if header.index else None,
        said=_type(said),
        payload=payload if comma else None,
        doubts=doubts,
    )


def _content(data: bytes, header: Header) -> tuple[bytes, tuple[str, ...]]:
    whole = data.rstrip(b"\r\n\0 ")
    if not whole.endswith(b"]") or len(whole) <= header.content_at:
        return data[header.content_at :], (FRAME_CUT_OFF,)
    content = whole[header.content_at : -1]
    return content, () if header.length == len(content) else (LENGTH_WRONG,)


@lru_cache(maxsize=256)
def _type(said: bytes) -> str:
    """A damaged length can leave `00Z4*AL` where `AL` should be; the type is what follows the last star."""
    text = said.rpartition(b"*")[2].strip()[:20].decode("ascii", "replace")
    return "".join(letter for letter in text if letter.isalnum() or letter in "_-+")
