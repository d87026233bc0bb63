"""Voice and photographs: bytes that would look like framing are escaped on the wire."""

import re

from device_service.adapters.events import Media

MEDIA_UNREADABLE = "MEDIA_UNREADABLE"
ESCAPE_BROKEN = "ESCAPE_BROKEN"
AUDIO, IMAGE = "audio/amr", "image/jpeg"

_PLAIN = {b"\x01": b"}", b"\x02": b"[", b"\x03": b"]", b"\x04": b",", b"\x05": b"*"}
_ESCAPED = {plain: b"}" + code for code, plain in _PLAIN.items()}
_ESCAPE = re.compile(rb"\}([\x01-\x05])?")
_SPECIAL = re.compile(rb"[\[\]},*]")
_WHOLE_NUMBER = re.compile(rb"[0-9]{1,5}\Z")


def unescape(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """A `}` that escapes nothing stays as it is and casts doubt on the rest."""
    broken = any(match.group(1) is None for match in _ESCAPE.finditer(data))
    plain = _ESCAPE.sub(lambda match: _PLAIN[match.group(1)] if match.group(1) else match.group(0), data)
    return plain, (ESCAPE_BROKEN,) if broken else ()


def escape(data: bytes) -> bytes:
    return _SPECIAL.sub(lambda match: _ESCAPED[match.group(0)], data)


def read_voice(payload: bytes) -> tuple[Media, tuple[str, ...]]:
    data, doubts = unescape(payload)
    return Media(media_type=AUDIO, data=data), doubts


def read_voice_part(payload: bytes) -> tuple[Media, tuple[str, ...]] | None:
    """JXTK: kind, file name, part, parts, bytes."""
    pieces = payload.split(b",", 4)
    if len(pieces) < 5 or not _WHOLE_NUMBER.match(pieces[2]) or not _WHOLE_NUMBER.match(pieces[3]):
        return None
    part, parts = int(pieces[2]), int(pieces[3])
    if not 1 <= part <= parts:
        return None
    data, doubts = unescape(pieces[4])
    return Media(media_type=AUDIO, data=data, name=_name(pieces[1]), part=part, parts=parts), doubts


def read_photo(payload: bytes) -> tuple[Media, tuple[str, ...]] | None:
    """img: cause, time, bytes. The time's zone is not told on the wire, so it serves as a name only."""
    pieces = payload.split(b",", 2)
    if len(pieces) < 3 or not pieces[2]:
        return None
    data, doubts = unescape(pieces[2])
    return Media(media_type=IMAGE, data=data, name=_name(pieces[1])), doubts


def _name(raw: bytes) -> str:
    return raw[:64].decode("ascii", "replace")
