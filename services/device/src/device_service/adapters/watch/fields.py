"""Numbers as watches write them: spaces in front, fields left empty, now and then a letter."""

import re

_DECIMAL = re.compile(r"\s*[+-]?[0-9]{1,9}(?:\.[0-9]{0,9})?\s*\Z", re.ASCII)
_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,15}\s*\Z", re.ASCII)
_HEX = re.compile(r"\s*[0-9A-Fa-f]{1,8}\s*\Z")


def split(payload: bytes | None) -> list[str]:
    """Commas are split as bytes: no UTF-8 or GB18030 letter holds one."""
    return [text(part) for part in (payload or b"").split(b",")]


def text(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def decimal(fields: list[str], at: int) -> float | None:
    return float(fields[at]) if at < len(fields) and _DECIMAL.match(fields[at]) else None


def integer(fields: list[str], at: int) -> int | None:
    return int(fields[at]) if at < len(fields) and _INTEGER.match(fields[at]) else None


def hexadecimal(fields: list[str], at: int) -> int | None:
    return int(fields[at], 16) if at < len(fields) and _HEX.match(fields[at]) else None


def percent(fields: list[str], at: int) -> int | None:
    value = integer(fields, at)
    return value if value is not None and 0 <= value <= 100 else None


def filled(fields: list[str], at: int) -> bool:
    return at < len(fields) and fields[at].strip() != ""
