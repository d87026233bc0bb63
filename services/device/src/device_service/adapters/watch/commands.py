"""What can be asked of a watch: neutral names in, the watch's words out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from device_service.adapters.contract import Command, CommandSpec, DecodeError
from device_service.adapters.watch.arguments import (
    PHONE,
    WORDS,
    ZONE,
    Args,
    flag,
    number,
    numbers_and_names,
    recording,
    utf16,
    word,
    words,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`confirmed` are the types a watch answers with once it has taken the command."""

    spec: CommandSpec
    words: Callable[[Args], list[bytes]]
    confirmed: tuple[str, ...]


def words_for(command: Command) -> bytes:
    row = _BY_NAME.get(command.name)
    if row is None:
        raise DecodeError("COMMAND_NOT_KNOWN", f"A watch has no command named {command.name}.")
    unknown = set(command.args) - set(row.spec.args)
    if unknown:
        raise DecodeError("COMMAND_ARGUMENT_WRONG", f"{command.name} takes no {', '.join(sorted(unknown))}.")
    return b",".join(row.words(command.args))


def confirmed_by(said: str) -> str | None:
    """The command a watch confirms by saying its type back."""
    return _BY_TYPE.get(said.upper())


def _row(name: str, kind: str, *args: str, fields: Callable[[Args], list[bytes]], consent: bool = False) -> Row:
    spec = CommandSpec(name=name, args=args, consent=consent)
    said = kind.encode("ascii")
    return Row(spec=spec, words=lambda given: [said, *fields(given)], confirmed=(kind.upper(),))


def _nothing(_args: Args) -> list[bytes]:
    return []


def _enabled(args: Args) -> list[bytes]:
    return [flag(args, "enabled")]


def _seconds(args: Args) -> list[bytes]:
    return [number(args, "seconds", 10, 65535)]


def _sensitivity(args: Args) -> list[bytes]:
    """Level 3 of 6 is written 3+6; 1 is the most sensitive."""
    return [number(args, "level", 1, 8) + b"+" + (number(args, "levels", 6, 8) if "levels" in args else b"6")]


def _sos_slot(args: Args) -> list[bytes]:
    return [b"SOS" + number(args, "slot", 1, 3), word(args, "number", PHONE)]


_ROWS = (
    _row("locate", "CR", fields=_nothing),
    _row("report_interval", "UPLOAD", "seconds", fields=_seconds),
    _row("sos_numbers", "SOS", "numbers", fields=lambda args: words(args, "numbers", PHONE, 3)),
    Row(
        spec=CommandSpec(name="sos_number", args=("slot", "number")),
        words=_sos_slot,
        confirmed=("SOS1", "SOS2", "SOS3"),
    ),
    _row(
        "fall_detection",
        "FALLDOWN",
        "enabled",
        "call",
        fields=lambda args: [flag(args, "enabled"), flag(args, "call")],
    ),
    _row("fall_sensitivity", "LSSET", "level", "levels", fields=_sensitivity),
    _row("heart_rate_interval", "hrtstart", "seconds", fields=_seconds),
    _row("heart_rate_stop", "hrtstop", fields=_nothing),
    _row("measure_blood_pressure", "bphrt", fields=_nothing),
    _row("measure_oxygen", "oxygen", fields=_nothing),
    _row("find", "FIND", fields=_nothing),
    _row("listen_in", "MONITOR", "number", fields=lambda args: [word(args, "number", PHONE)], consent=True),
    _row("restart", "RESET", fields=_nothing),
    _row("power_off", "POWEROFF", fields=_nothing),
    _row(
        "language_and_zone",
        "LZ",
        "language",
        "zone",
        fields=lambda args: [number(args, "language", 0, 99), word(args, "zone", ZONE)],
    ),
    _row("show_text", "MESSAGE", "text", fields=lambda args: [utf16(args, "text", 200)]),
    _row("play_voice", "TK", "audio", fields=lambda args: [recording(args, "audio")]),
    _row("phonebook", "PHB", "entries", fields=lambda args: numbers_and_names(args, "entries")),
    _row("reminders", "REMIND", "reminders", fields=lambda args: words(args, "reminders", WORDS, 3)),
    _row("sos_sms", "SOSSMS", "enabled", fields=_enabled),
    _row("low_battery_sms", "LOWBAT", "enabled", fields=_enabled),
    _row("taken_off_alarm", "REMOVE", "enabled", fields=_enabled),
    _row(
        "server",
        "IP",
        "host",
        "port",
        fields=lambda args: [word(args, "host", WORDS), number(args, "port", 1, 65535)],
    ),
)
_BY_NAME: Mapping[str, Row] = {row.spec.name: row for row in _ROWS}
_BY_TYPE: Mapping[str, str] = {kind: row.spec.name for row in _ROWS for kind in row.confirmed}
SPECS = tuple(row.spec for row in _ROWS)
