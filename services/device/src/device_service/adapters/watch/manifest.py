"""What the watch adapter promises."""

from device_service.adapters.alarm_kinds import AlarmKind
from device_service.adapters.contract import API, Manifest
from device_service.adapters.watch.commands import SPECS
from device_service.adapters.watch.header import MAX_FRAME
from device_service.adapters.watch.status_word import OPTIONS

MANIFEST = Manifest(
    id="watch",
    version="1.0.0",
    api=API,
    title="GPS watches speaking [MM*ID*LEN*...] over TCP",
    transports=("tcp",),
    models=("3G", "SG", "CS", "ZJ"),
    capabilities=frozenset(
        {
            AlarmKind.SOS_PRESS,
            AlarmKind.FALL,
            AlarmKind.TAKEN_OFF,
            AlarmKind.GEOFENCE_EXIT,
            AlarmKind.GEOFENCE_ENTER,
            AlarmKind.LOW_POWER,
            AlarmKind.VITAL_OUT_OF_RANGE,
            AlarmKind.GENERIC_ALARM,
            AlarmKind.UNRECOGNISED,
            "location",
            "heart_rate",
            "blood_pressure",
            "oxygen_saturation",
            "skin_temperature",
            "steps",
            "voice",
            "photo",
        }
    ),
    commands=SPECS,
    max_frame=MAX_FRAME,
    idle_flush_ms=500,
    repeat_window_s=120,
    licence="Apache-2.0",
    contact="the maintainers of this repository",
    # An echo of `bphrt` is an acknowledgement to some firmware and "measure again" to other: silence is safe.
    options={**OPTIONS, "vitals_reply": ("none", "echo")},
)
