"""What each type of message means, and the words the watch waits for in return."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from device_service.adapters.alarm_kinds import AlarmKind
from device_service.adapters.contract import SessionState
from device_service.adapters.events import (
    Alarm,
    Body,
    CommandResult,
    DeviceStatus,
    Media,
    Quality,
    Unknown,
)
from device_service.adapters.measures import Judged
from device_service.adapters.watch.commands import confirmed_by
from device_service.adapters.watch.fields import filled, integer, percent, split, text
from device_service.adapters.watch.frame import Frame
from device_service.adapters.watch.media import MEDIA_UNREADABLE, read_photo, read_voice, read_voice_part
from device_service.adapters.watch.position import FIELDS_MISSING, Report, read_report
from device_service.adapters.watch.vitals import (
    read_blood_pressure,
    read_flagged_temperature,
    read_heart,
    read_oxygen,
    read_steps,
    read_temperature,
)

TYPE_UNKNOWN = "TYPE_UNKNOWN"
BATTERY_UNREADABLE = "BATTERY_UNREADABLE"


@dataclass(slots=True, kw_only=True)
class Draft:
    """An event before the frame's own doubts, times and vendor type are added."""

    body: Body
    code: str = ""
    quality: Quality = Quality.VALID
    doubts: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Said:
    """`time` is the watch's own clock, where the message carries it."""

    drafts: tuple[Draft, ...]
    reply: bytes | None = None
    time: datetime | None = None
    archived: bool = False


@dataclass(slots=True, kw_only=True)
class Heard:
    frame: Frame
    state: SessionState
    received_at: datetime


Reader = Callable[[Heard], Said]


def understand(heard: Heard) -> Said:
    said = heard.frame.said.upper()
    command = confirmed_by(said)
    if command and (said not in _ALSO_REPORTS or heard.frame.payload is None):
        return _confirmation(heard, command)
    return _reader_of(said)(heard)


@lru_cache(maxsize=256)
def _reader_of(said: str) -> Reader:
    return next((reader for prefix, reader in _READERS if said.startswith(prefix)), _unknown)


def _link(heard: Heard) -> Said:
    fields = split(heard.frame.payload)
    if heard.frame.payload is None:
        return Said(drafts=(Draft(body=DeviceStatus()),), reply=b"LK")
    battery = percent(fields, 2)
    doubts = () if battery is not None else (BATTERY_UNREADABLE,) if filled(fields, 2) else (FIELDS_MISSING,)
    status = Draft(body=DeviceStatus(battery_percent=battery), doubts=doubts)
    return Said(drafts=(status, *_observed(read_steps(integer(fields, 0)))), reply=b"LK")


def _hello(heard: Heard) -> Said:
    return Said(drafts=(_details(heard),), reply=b"INIT,1")


def _live(heard: Heard) -> Said:
    report = _report(heard, archived=False)
    return Said(drafts=tuple(_reported(report)), time=report.time)


def _backlog(heard: Heard) -> Said:
    report = _report(heard, archived=True)
    return Said(drafts=tuple(_reported(report)), time=report.time, archived=True)


def _alarm(heard: Heard) -> Said:
    """An alarm message that names no alarm is still an alarm."""
    report = _report(heard, archived=False)
    drafts = tuple(_reported(report))
    if not report.status.alarms:
        body = Alarm(alarm=AlarmKind.GENERIC_ALARM, position=report.location.position)
        drafts = (Draft(body=body, doubts=report.status.doubts + report.time_doubts), *drafts)
    return Said(drafts=drafts, time=report.time, reply=b"AL")


def _report(heard: Heard, *, archived: bool) -> Report:
    return read_report(split(heard.frame.payload), heard.received_at, heard.state.options, archived=archived)


def _reported(report: Report) -> Iterable[Draft]:
    clock = report.time_doubts
    for alarm in report.status.alarms:
        body = Alarm(alarm=alarm.kind, position=report.location.position)
        yield Draft(body=body, code=f"bit {alarm.bit}", doubts=report.status.doubts + clock)
    yield Draft(body=report.location, doubts=report.location_doubts + clock)
    status = DeviceStatus(
        battery_percent=report.battery_percent, signal_percent=report.signal_percent, states=report.status.states
    )
    yield Draft(body=status, doubts=report.status.doubts + clock)
    yield from _observed(read_steps(report.steps), clock)


def _observed(judged: Iterable[Judged], doubts: tuple[str, ...] = ()) -> tuple[Draft, ...]:
    return tuple(
        Draft(body=observation, quality=quality, doubts=reasons + doubts) for observation, quality, reasons in judged
    )


def _vital(read: Callable[[list[str]], list[Judged]]) -> Reader:
    def reader(heard: Heard) -> Said:
        echo = heard.state.options.get("vitals_reply") == "echo"
        reply = heard.frame.said.encode("ascii") if echo else None
        return Said(drafts=_observed(read(split(heard.frame.payload))), reply=reply)

    return reader


def _poll(heard: Heard) -> Said:
    return Said(drafts=(Draft(body=DeviceStatus()),), reply=heard.frame.said.encode("ascii"))


def _voice(heard: Heard) -> Said:
    """One digit is the watch's word on a recording we sent; answering it would start a conversation."""
    payload = heard.frame.payload or b""
    if len(payload) <= 1:
        return _confirmation(heard, "play_voice")
    return _media(read_voice(payload), payload, b"TK,1")


def _voice_part(heard: Heard) -> Said:
    payload = heard.frame.payload or b""
    return _media(read_voice_part(payload), payload, b"JXTKR,1")


def _photo(heard: Heard) -> Said:
    payload = heard.frame.payload or b""
    return _media(read_photo(payload), payload, b"img")


def _media(read: tuple[Media, tuple[str, ...]] | None, payload: bytes, reply: bytes) -> Said:
    if read is None:
        return Said(drafts=(Draft(body=Unknown(size=len(payload)), doubts=(MEDIA_UNREADABLE,)),))
    return Said(drafts=(Draft(body=read[0], doubts=read[1]),), reply=reply)


def _configuration(heard: Heard) -> Said:
    return Said(drafts=(_details(heard),), reply=b"CONFIG,1")


def _dump(heard: Heard) -> Said:
    return Said(drafts=(_details(heard),), reply=heard.frame.said.encode("ascii"))


def _details(heard: Heard) -> Draft:
    """`TY:G75,UL:600` names its values; bare values are kept under their place."""
    details: dict[str, str] = {}
    for place, field in enumerate(split(heard.frame.payload) if heard.frame.payload else [], start=1):
        name, colon, value = field.partition(":")
        details[name if colon else str(place)] = value if colon else field
    return Draft(body=DeviceStatus(details=details))


def _confirmation(heard: Heard, command: str) -> Said:
    result = CommandResult(command=command, text=text(heard.frame.payload or b""))
    return Said(drafts=(Draft(body=result),))


def _unknown(heard: Heard) -> Said:
    body = Unknown(size=len(heard.frame.payload or b""))
    return Said(drafts=(Draft(body=body, doubts=(TYPE_UNKNOWN,)),))


# Types that confirm a command when bare and report a measurement or a recording when they carry fields.
_ALSO_REPORTS = frozenset({"BPHRT", "OXYGEN", "TK"})

_READERS: tuple[tuple[str, Reader], ...] = (
    ("AL", _alarm),
    ("UD2", _backlog),
    ("UD", _live),
    ("WT", _live),
    ("LK", _link),
    ("INIT", _hello),
    ("TKQ", _poll),
    ("TK", _voice),
    ("JXTK", _voice_part),
    ("HEART", _vital(read_heart)),
    ("PULSE", _vital(read_heart)),
    ("BPHRT", _vital(read_blood_pressure)),
    ("BLOOD", _vital(read_blood_pressure)),
    ("OXYGEN", _vital(read_oxygen)),
    ("BTEMP2", _vital(read_flagged_temperature)),
    ("TEMP", _vital(read_temperature)),
    ("IMG", _photo),
    ("CONFIG", _configuration),
    ("ICCID", _dump),
    ("RYIMEI", _dump),
)
