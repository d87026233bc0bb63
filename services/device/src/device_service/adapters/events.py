"""What a device said, in words no vendor owns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Quality(StrEnum):
    VALID = "valid"
    SUSPECT = "suspect"
    INVALID = "invalid"


class PositionSource(StrEnum):
    GNSS = "gnss"
    WIFI = "wifi"
    CELL = "cell"
    BEACON = "beacon"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """WGS-84 degrees. `fix_time` is the device's word for when it was there."""

    lat: float
    lon: float
    source: PositionSource
    accuracy_m: float | None
    fix_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    mcc: int
    mnc: int
    lac: int
    cid: int
    signal: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPoint:
    mac: str
    name: str
    signal_dbm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    alarm: str
    position: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmClear:
    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    code: str
    unit: str
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """LOINC `code` (with `also`, equivalent codings) and UCUM `unit`; a panel has components and no value."""

    code: str
    unit: str
    method: str
    value: float | None = None
    also: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where the device says it is; without a fix `position` is None and cells or access points may still tell."""

    position: Position | None
    speed_kmh: float | None = None
    course_deg: float | None = None
    altitude_m: float | None = None
    satellites: int | None = None
    cells: tuple[Cell, ...] = ()
    access_points: tuple[AccessPoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStatus:
    battery_percent: int | None = None
    signal_percent: int | None = None
    states: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    media_type: str
    data: bytes
    name: str = ""
    part: int = 1
    parts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    command: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    size: int


Body = Alarm | AlarmClear | Observation | Location | DeviceStatus | Media | CommandResult | Unknown

KINDS: Mapping[type[Body], str] = {
    Alarm: "alarm",
    AlarmClear: "alarm_clear",
    Observation: "observation",
    Location: "location",
    DeviceStatus: "device_status",
    Media: "media",
    CommandResult: "command_result",
    Unknown: "unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorCode:
    """The vendor's own code for what was said, so a wrong table can be corrected later."""

    code: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`event_time` is the device's word, or `received_at` where the wire carries none (`device_clock` false)."""

    body: Body
    event_time: datetime
    received_at: datetime
    vendor: VendorCode
    quality: Quality = Quality.VALID
    reasons: tuple[str, ...] = ()
    archived: bool = False
    device_clock: bool = False

    @property
    def kind(self) -> str:
        return KINDS[type(self.body)]
