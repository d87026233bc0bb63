"""Every alarm kind a device may raise, with its SCAIP codes: the one table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class AlarmKind(StrEnum):
    SOS_PRESS = "sos_press"
    FALL = "fall"
    SMOKE = "smoke"
    GAS = "gas"
    CARBON_MONOXIDE = "carbon_monoxide"
    HEAT = "heat"
    FLOOD = "flood"
    BOGUS_CALLER = "bogus_caller"
    GENERIC_ALARM = "generic_alarm"
    UNRECOGNISED = "unrecognised"
    VITAL_OUT_OF_RANGE = "vital_out_of_range"
    BED_EXIT = "bed_exit"
    BED_ABSENCE = "bed_absence"
    ROOM_OVERSTAY = "room_overstay"
    INACTIVITY = "inactivity"
    WANDER = "wander"
    TAKEN_OFF = "taken_off"
    GEOFENCE_EXIT = "geofence_exit"
    GEOFENCE_ENTER = "geofence_enter"
    MEDICINE_MISSED = "medicine_missed"
    INCONTINENCE = "incontinence"
    TAMPER = "tamper"
    DEVICE_FAULT = "device_fault"
    LINK_LOST = "link_lost"
    POWER_FAIL = "power_fail"
    LOW_POWER = "low_power"
    LINK_BACK = "link_back"
    POWER_RESTORED = "power_restored"
    TEST_CALL = "test_call"
    RESPONDER_PRESENT = "responder_present"
    INTERVENTION_DONE = "intervention_done"


class Subject(StrEnum):
    """Whom an alarm is about: a person is helped in an incident, a device is mended in a maintenance task."""

    PERSON = "person"
    DEVICE = "device"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSpec:
    """`device_type` is None where SCAIP takes the type of whatever device speaks. Low `urgency` comes first."""

    kind: AlarmKind
    urgency: int
    subject: Subject
    device_type: str | None
    status_code: str
    location_code: str | None = None


_PERSON = Subject.PERSON
_DEVICE = Subject.DEVICE

# Kind, subject, SCAIP device type, SCAIP status, SCAIP location; the order of rows is the order of urgency.
_ROWS: tuple[tuple[AlarmKind, Subject, str | None, str, str | None], ...] = (
    (AlarmKind.SOS_PRESS, _PERSON, "0003", "0010", None),
    (AlarmKind.FALL, _PERSON, "0005", "0009", None),
    (AlarmKind.SMOKE, _PERSON, "0023", "0009", None),
    (AlarmKind.GAS, _PERSON, "0021", "0009", None),
    (AlarmKind.CARBON_MONOXIDE, _PERSON, "0026", "0009", None),
    (AlarmKind.HEAT, _PERSON, "0025", "0009", None),
    (AlarmKind.FLOOD, _PERSON, "0033", "0009", None),
    (AlarmKind.BOGUS_CALLER, _PERSON, "0027", "0010", None),
    (AlarmKind.GENERIC_ALARM, _PERSON, None, "0009", None),
    (AlarmKind.UNRECOGNISED, _PERSON, None, "0000", None),
    (AlarmKind.VITAL_OUT_OF_RANGE, _PERSON, "0019", "0009", None),
    (AlarmKind.BED_EXIT, _PERSON, "0012", "0009", None),
    (AlarmKind.BED_ABSENCE, _PERSON, "0012", "0003", None),
    (AlarmKind.ROOM_OVERSTAY, _PERSON, "0018", "0104", None),
    (AlarmKind.INACTIVITY, _PERSON, "0010", "0069", None),
    (AlarmKind.WANDER, _PERSON, "0015", "0009", None),
    (AlarmKind.TAKEN_OFF, _DEVICE, None, "0125", None),
    (AlarmKind.GEOFENCE_EXIT, _PERSON, "0051", "0009", "019"),
    (AlarmKind.GEOFENCE_ENTER, _PERSON, "0051", "0009", "019"),
    (AlarmKind.MEDICINE_MISSED, _PERSON, "0011", "0081", None),
    (AlarmKind.INCONTINENCE, _PERSON, "0016", "0009", None),
    (AlarmKind.TAMPER, _DEVICE, None, "0125", None),
    (AlarmKind.DEVICE_FAULT, _DEVICE, None, "0067", None),
    (AlarmKind.LINK_LOST, _DEVICE, None, "0024", None),
    (AlarmKind.POWER_FAIL, _DEVICE, None, "0085", None),
    (AlarmKind.LOW_POWER, _DEVICE, None, "0016", None),
    (AlarmKind.LINK_BACK, _DEVICE, None, "0113", None),
    (AlarmKind.POWER_RESTORED, _DEVICE, None, "0086", None),
    (AlarmKind.TEST_CALL, _DEVICE, None, "0102", None),
    (AlarmKind.RESPONDER_PRESENT, _PERSON, None, "0088", None),
    (AlarmKind.INTERVENTION_DONE, _PERSON, None, "0111", None),
)

ALARM_KINDS: Mapping[AlarmKind, AlarmSpec] = {
    kind: AlarmSpec(
        kind=kind,
        urgency=rank,
        subject=subject,
        device_type=device_type,
        status_code=status_code,
        location_code=location_code,
    )
    for rank, (kind, subject, device_type, status_code, location_code) in enumerate(_ROWS, start=1)
}


def spec_of(kind: str) -> AlarmSpec:
    """A kind this table does not know is treated as unrecognised, which is about a person."""
    try:
        return ALARM_KINDS[AlarmKind(kind)]
    except ValueError:
        return ALARM_KINDS[AlarmKind.UNRECOGNISED]


def most_urgent_first(kinds: Iterable[AlarmKind]) -> tuple[AlarmKind, ...]:
    return tuple(sorted(kinds, key=lambda kind: ALARM_KINDS[kind].urgency))
