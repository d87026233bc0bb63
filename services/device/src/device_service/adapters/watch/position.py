"""The position fields of UD, AL and WT. A field that cannot be read costs that field, never the message."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from device_service.adapters.events import Location, Position, PositionSource
from device_service.adapters.watch.fields import decimal, filled, integer, percent
from device_service.adapters.watch.network import Network, read_network
from device_service.adapters.watch.status_word import StatusWord, read_status

TIME_UNREADABLE = "TIME_UNREADABLE"
CLOCK_OFF = "CLOCK_OFF"
POSITION_UNREADABLE = "POSITION_UNREADABLE"
POSITION_IMPOSSIBLE = "POSITION_IMPOSSIBLE"
POSITION_NOT_FIXED = "POSITION_NOT_FIXED"
FIELDS_MISSING = "FIELDS_MISSING"

_NETWORK_AT = 16
_DAY_TIME = re.compile(r"\s*([0-9]{2})([0-9]{2})([0-9]{2})\s*\Z", re.ASCII)
_CLOCK_TOLERANCE = timedelta(days=1)
_OLDEST_BACKLOG = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    location: Location
    location_doubts: tuple[str, ...]
    time: datetime | None
    time_doubts: tuple[str, ...]
    status: StatusWord
    battery_percent: int | None
    signal_percent: int | None
    steps: int | None


def read_report(fields: list[str], received_at: datetime, options: Mapping[str, str], *, archived: bool) -> Report:
    time = read_time(fields)
    network = read_network(fields[_NETWORK_AT:])
    position, doubts = _position(fields, network, time or received_at)
    short = () if len(fields) >= _NETWORK_AT else (FIELDS_MISSING,)
    return Report(
        location=_location(fields, position, network),
        location_doubts=doubts + network.doubts + short,
        time=time,
        time_doubts=doubt_clock(time, received_at, archived=archived),
        status=read_status(fields, options),
        battery_percent=percent(fields, 12),
        signal_percent=percent(fields, 11),
        steps=integer(fields, 13),
    )


def read_time(fields: list[str]) -> datetime | None:
    """ddmmyy and hhmmss, UTC. A watch that lost its clock says 1970, so 70 and above are the last century."""
    day = _DAY_TIME.match(fields[0]) if fields else None
    clock = _DAY_TIME.match(fields[1]) if len(fields) > 1 else None
    if not day or not clock:
        return None
    date, month, short_year = (int(part) for part in day.groups())
    hour, minute, second = (int(part) for part in clock.groups())
    year = short_year + (1900 if short_year >= 70 else 2000)
    try:
        return datetime(year, month, date, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def doubt_clock(time: datetime | None, received_at: datetime, *, archived: bool) -> tuple[str, ...]:
    if time is None:
        return (TIME_UNREADABLE,)
    oldest = _OLDEST_BACKLOG if archived else _CLOCK_TOLERANCE
    return () if -_CLOCK_TOLERANCE <= received_at - time <= oldest else (CLOCK_OFF,)


def _position(fields: list[str], network: Network, fix_time: datetime) -> tuple[Position | None, tuple[str, ...]]:
    """V with 0,0 is an honest "no fix"; A with 0,0 is a claim nobody should follow into the sea."""
    fixed = len(fields) > 2 and fields[2].strip().upper() == "A"
    lat, lon = _degrees(fields, 3, "S"), _degrees(fields, 5, "W")
    if lat is None or lon is None:
        nothing_sent = not fixed and not filled(fields, 3) and not filled(fields, 5)
        return None, () if nothing_sent and len(fields) > 2 else (POSITION_UNREADABLE,)
    if lat == 0 and lon == 0:
        return None, (POSITION_IMPOSSIBLE,) if fixed else ()
    if abs(lat) > 90 or abs(lon) > 180:
        return None, (POSITION_IMPOSSIBLE,)
    source = PositionSource.GNSS if fixed else PositionSource.UNKNOWN
    position = Position(lat=lat, lon=lon, source=source, accuracy_m=network.accuracy_m, fix_time=fix_time)
    return position, () if fixed else (POSITION_NOT_FIXED,)


def _degrees(fields: list[str], at: int, negative: str) -> float | None:
    """South and west are told by a minus, by the letter, or by both at once."""
    value = decimal(fields, at)
    if value is None:
        return None
    letter = fields[at + 1].strip().upper() if at + 1 < len(fields) else ""
    return -abs(value) if value < 0 or letter == negative else abs(value)


def _location(fields: list[str], position: Position | None, network: Network) -> Location:
    moving = position is not None
    return Location(
        position=position,
        speed_kmh=decimal(fields, 7) if moving else None,
        course_deg=decimal(fields, 8) if moving else None,
        altitude_m=decimal(fields, 9) if moving else None,
        satellites=integer(fields, 10),
        cells=network.cells,
        access_points=network.access_points,
    )
