"""The status word: low half states, high half alarms. Every set bit is told; none hides another.

Bit 22 means a second kind of fall in some firmware and an abnormal heart rate in other, so the registry's
option `bit_22` names it per model; unset, it is a fall, the more urgent of the two.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from device_service.adapters.alarm_kinds import ALARM_KINDS, AlarmKind

STATUS_UNREADABLE = "STATUS_UNREADABLE"
STATUS_MISPLACED = "STATUS_MISPLACED"
STATUS_AT = 15
OPTIONS: Mapping[str, tuple[str, ...]] = {"bit_22": (AlarmKind.FALL.value, AlarmKind.VITAL_OUT_OF_RANGE.value)}

_ALARMS: Mapping[int, AlarmKind] = {
    16: AlarmKind.SOS_PRESS,
    17: AlarmKind.LOW_POWER,
    18: AlarmKind.GEOFENCE_EXIT,
    19: AlarmKind.GEOFENCE_ENTER,
    20: AlarmKind.TAKEN_OFF,
    21: AlarmKind.FALL,
    22: AlarmKind.FALL,
}
_STATES: Mapping[int, str] = {
    0: "low_battery",
    1: "outside_fence",
    2: "inside_fence",
    3: "worn",
    4: "motion_flag",  # firmwares disagree whether set means moving or resting
    14: "power_cut",
}
_WORD = re.compile(r"\s*([0-9A-Fa-f]{8}|[0-9A-Fa-f]{4})\s*\Z")
_LONG_WORD = re.compile(r"[0-9A-Fa-f]{8}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBit:
    bit: int
    kind: AlarmKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusWord:
    alarms: tuple[SetBit, ...] = ()
    states: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def read_status(fields: list[str], options: Mapping[str, str]) -> StatusWord:
    """The word belongs in field 16; a lost or doubled field before it moves it, and an alarm must survive that."""
    placed = _WORD.match(fields[STATUS_AT]) if len(fields) > STATUS_AT else None
    if placed:
        return _bits(int(placed.group(1), 16), options, ())
    for field in fields[STATUS_AT - 5 : STATUS_AT + 3]:
        if _LONG_WORD.match(field):
            return _bits(int(field, 16), options, (STATUS_MISPLACED,))
    return StatusWord(doubts=(STATUS_UNREADABLE,))


def _bits(word: int, options: Mapping[str, str], doubts: tuple[str, ...]) -> StatusWord:
    alarms = [SetBit(bit=bit, kind=_alarm(bit, options)) for bit in range(16, 32) if word >> bit & 1]
    alarms.sort(key=lambda alarm: (ALARM_KINDS[alarm.kind].urgency, alarm.bit))
    states = tuple(_STATES.get(bit, f"bit_{bit}") for bit in range(16) if word >> bit & 1)
    return StatusWord(alarms=tuple(alarms), states=states, doubts=doubts)


def _alarm(bit: int, options: Mapping[str, str]) -> AlarmKind:
    named = options.get(f"bit_{bit}", "")
    if named in OPTIONS.get(f"bit_{bit}", ()):
        return AlarmKind(named)
    return _ALARMS.get(bit, AlarmKind.UNRECOGNISED)
