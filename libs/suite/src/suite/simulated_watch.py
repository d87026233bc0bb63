"""The watch's own side: the frames a watch sends and the answers it waits for.

Written from the protocol's facts alone. It shares no table and no code with the decoder, so that a mistake in
one does not hide in the other.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntFlag

_ESCAPES = str.maketrans({"}": "}\x01", "[": "}\x02", "]": "}\x03", ",": "}\x04", "*": "}\x05"})


class Status(IntFlag):
    QUIET = 0
    STATE_LOW_BATTERY = 0x0000_0001
    STATE_OUTSIDE_FENCE = 0x0000_0002
    STATE_INSIDE_FENCE = 0x0000_0004
    STATE_WORN = 0x0000_0008
    STATE_MOTION = 0x0000_0010
    STATE_POWER_CUT = 0x0000_4000
    SOS = 0x0001_0000
    LOW_BATTERY = 0x0002_0000
    LEFT_FENCE = 0x0004_0000
    ENTERED_FENCE = 0x0008_0000
    REMOVED = 0x0010_0000
    FALL = 0x0020_0000
    SECOND_FALL = 0x0040_0000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    lat: float
    lon: float
    accuracy_m: float = 8.0
    satellites: int = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Tower:
    lac: int
    cid: int
    signal: int = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Wifi:
    name: str
    mac: str
    dbm: int = -60


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the watch hears when it cannot see the sky."""

    towers: tuple[Tower, ...] = ()
    wifi: tuple[Wifi, ...] = ()
    mcc: int = 460
    mnc: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    steps: int = 0
    rolls: int = 0
    battery: int = 80
    signal: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One position report; without a fix the watch writes V and zeros."""

    at: datetime
    fix: Fix | None = None
    status: int = 0
    body: Body = field(default_factory=Body)
    around: Around = field(default_factory=Around)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedWatch:
    number: str
    maker: str = "3G"
    index: int | None = None

    def lk(self, steps: int | None = None, battery: int = 80, rolls: int = 0) -> bytes:
        return self.say("LK") if steps is None else self.say(f"LK,{steps},{rolls},{battery}")

    def init(self) -> bytes:
        return self.say("INIT,1,0,V1")

    def alarm(
        self, status: int, fix: Fix | None, at: datetime, body: Body | None = None, around: Around | None = None
    ) -> bytes:
        report = Report(at=at, fix=fix, status=status, body=body or Body(), around=around or Around())
        return self.report("AL", report)

    def position(self, fix: Fix | None, at: datetime, body: Body | None = None, status: int = 0) -> bytes:
        return self.report("UD", Report(at=at, fix=fix, status=status, body=body or Body()))

    def stored_position(self, fix: Fix | None, at: datetime, status: int = 0) -> bytes:
        return self.report("UD2", Report(at=at, fix=fix, status=status))

    def report(self, kind: str, report: Report) -> bytes:
        return self.say(f"{kind},{_report(report)}")

    def heart(self, bpm: int) -> bytes:
        return self.say(f"heart,{bpm}")

    def blood_pressure(self, systolic: int, diastolic: int, bpm: int) -> bytes:
        return self.say(f"bphrt,{systolic},{diastolic},{bpm},,,,")

    def oxygen(self, percent: int) -> bytes:
        return self.say(f"oxygen,0,{percent}")

    def skin_temperature(self, celsius: float) -> bytes:
        return self.say(f"btemp2,1,{celsius:.2f}")

    def voice(self, recording: bytes) -> bytes:
        return self.say_bytes(b"TK," + _escape(recording))

    def voice_part(self, name: str, part: int, parts: int, recording: bytes) -> bytes:
        return self.say_bytes(f"JXTK,0,{name},{part},{parts},".encode() + _escape(recording))

    def photo(self, taken: str, picture: bytes) -> bytes:
        return self.say_bytes(f"img,5,{taken},".encode() + _escape(picture))

    def voice_poll(self) -> bytes:
        return self.say("TKQ")

    def confirm(self, command: str) -> bytes:
        return self.say(command)

    def say(self, content: str) -> bytes:
        return self.say_bytes(content.encode("utf-8"))

    def say_bytes(self, content: bytes) -> bytes:
        index = "" if self.index is None else f"{self.index:04x}*"
        return f"[{self.maker}*{self.number}*{index}{len(content):04x}*".encode() + content + b"]"


def answers(data: bytes) -> list[str]:
    """What the server said, one entry a frame; it never puts a bracket inside."""
    pieces = (piece.partition("[")[2] for piece in data.decode("latin-1").split("]") if "[" in piece)
    return [piece.split("*", 3)[-1].rpartition("*")[2] for piece in pieces]


def _report(report: Report) -> str:
    at = report.at.astimezone(UTC)
    body = report.body
    place = _place(report.fix)
    wearer = f"{body.signal},{body.battery},{body.steps},{body.rolls},{report.status:08X}"
    return f"{at:%d%m%y},{at:%H%M%S},{place},{wearer},{_around(report)}"


def _place(fix: Fix | None) -> str:
    if fix is None:
        return "V,0.000000,N,0.000000,E,0.00,0.0,0.0,0"
    north = "N" if fix.lat >= 0 else "S"
    east = "E" if fix.lon >= 0 else "W"
    return f"A,{abs(fix.lat):.6f},{north},{abs(fix.lon):.6f},{east},0.00,0.0,21.0,{fix.satellites}"


def _around(report: Report) -> str:
    around = report.around
    accuracy = report.fix.accuracy_m if report.fix else 0.0
    fields = [str(len(around.towers)), "1", str(around.mcc), str(around.mnc)]
    for tower in around.towers:
        fields += [str(tower.lac), str(tower.cid), str(tower.signal)]
    fields.append(str(len(around.wifi)))
    for wifi in around.wifi:
        fields += [wifi.name, wifi.mac, str(wifi.dbm)]
    return ",".join([*fields, f"{accuracy:.1f}"])


def _escape(data: bytes) -> bytes:
    return data.decode("latin-1").translate(_ESCAPES).encode("latin-1")
