"""Arguments of commands, checked before they become bytes: a stray `]` in a name must never end a frame."""

import re
from collections.abc import Mapping

from device_service.adapters.contract import CommandArgument, DecodeError
from device_service.adapters.watch.media import escape

Args = Mapping[str, CommandArgument]

PHONE = "phone number"
WORDS = "ASCII text without [ ] * , or line ends"
ZONE = "zone such as +8 or -3.5"

_FACES = {
    PHONE: re.compile(r"\+?[0-9]{3,20}\Z", re.ASCII),
    WORDS: re.compile(r"[!-)+\-.-Z\\^-~ ]{1,64}\Z"),
    ZONE: re.compile(r"[+-](?:[0-9]|1[0-4])(?:\.[0-9]{1,2})?\Z", re.ASCII),
}


def number(args: Args, name: str, least: int, most: int) -> bytes:
    value = args.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _wrong(name, f"whole number from {least} to {most}")
    return b"%d" % value


def flag(args: Args, name: str) -> bytes:
    value = args.get(name)
    if not isinstance(value, bool):
        raise _wrong(name, "yes or no")
    return b"1" if value else b"0"


def word(args: Args, name: str, face: str) -> bytes:
    return _shaped(args.get(name), name, face)


def words(args: Args, name: str, face: str, most: int) -> list[bytes]:
    return [_shaped(value, name, face) for value in _list(args, name, most)]


def utf16(args: Args, name: str, most: int) -> bytes:
    return _utf16(args.get(name), name, most)


def numbers_and_names(args: Args, name: str) -> list[bytes]:
    """Number, name, number, name; names travel as UTF-16."""
    entries = _list(args, name, 10)
    if len(entries) % 2:
        raise _wrong(name, "list of number and name pairs")
    return [_utf16(entry, name, 10) if at % 2 else _shaped(entry, name, PHONE) for at, entry in enumerate(entries)]


def recording(args: Args, name: str) -> bytes:
    value = args.get(name)
    if not isinstance(value, bytes) or not value:
        raise _wrong(name, "recording in AMR")
    return escape(value)


def _list(args: Args, name: str, most: int) -> tuple[str, ...]:
    value = args.get(name)
    if not isinstance(value, tuple) or not 1 <= len(value) <= most:
        raise _wrong(name, f"list of 1 to {most}")
    return value


def _shaped(value: object, name: str, face: str) -> bytes:
    if not isinstance(value, str) or not _FACES[face].match(value):
        raise _wrong(name, face)
    return value.encode("ascii")


def _utf16(value: object, name: str, most: int) -> bytes:
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise _wrong(name, f"text of 1 to {most} letters")
    return value.encode("utf-16-be", "replace").hex().upper().encode("ascii")


def _wrong(name: str, wanted: str) -> DecodeError:
    return DecodeError("COMMAND_ARGUMENT_WRONG", f"Argument {name} must be a {wanted}.")
