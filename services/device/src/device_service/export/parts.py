"""What device gives to an export: the registry, what devices said and measured, and their bytes."""

from chassis.export.history import history_part
from chassis.export.part import Groups, Part, in_region
from chassis.export.shape import FLAG, INTEGER, LIST, NUMBER, OBJECT, TEXT, TIME, maybe
from device_service.export.opening import open_frames, open_positions

_OWNED = in_region("d.region")
_HELD = in_region("a.region")
_OF_DEVICE = "EXISTS (SELECT FROM devices d WHERE d.name = {device} AND ({condition}))"
_HELD_BY = "EXISTS (SELECT FROM assignments a WHERE a.device = {device} AND ({condition}))"
_DEVICE = "'devices/' || r.device"
_PERSON = "'persons/' || r.person"

# A region's devices are those it owns and those its people had.
DEVICES = {
    "region": f"{_OWNED} OR {_HELD_BY.format(device='d.name', condition=_HELD)}",
    "person": _HELD_BY.format(device="d.name", condition="a.person = %(person)s"),
    "device": "d.name = %(device)s",
    "vendor": "d.vendor = %(vendor)s",
}
_GROUPS = Groups(
    rows="devices d",
    name="d.name",
    within="r.device = split_part(%(group)s, '/', 2)::uuid",
    selectors=DEVICES,
)
# Of a device that had several holders a region is given what concerns its own.
_SAID = {
    "region": _OF_DEVICE.format(device=_DEVICE, condition=_OWNED)
    + " OR "
    + _HELD_BY.format(device=_DEVICE, condition=f"a.person = {_PERSON} AND ({_HELD})"),
    "person": "r.person = split_part(%(person)s, '/', 2)::uuid",
    "device": "true",
    "vendor": "true",
}

REGISTRY = Part(
    noun="devices",
    shape={
        "name": TEXT,
        "adapter": TEXT,
        "identity": TEXT,
        "vendor": TEXT,
        "model": TEXT,
        "region": TEXT,
        "options": OBJECT,
        "register_time": TIME,
    },
    rows="d.name, d.adapter, d.identity, d.vendor, d.model, d.region, d.options, d.register_time FROM devices d",
    key={"d.register_time": "timestamptz", "d.name": "text"},
    sorted_by=("register_time", "name"),
    older="d.register_time < %(until)s",
    selectors=DEVICES,
    time="register_time",
)

ASSIGNMENTS = Part(
    noun="assignments",
    shape={
        "name": TEXT,
        "device": TEXT,
        "person": TEXT,
        "place": TEXT,
        "region": TEXT,
        "cell": TEXT,
        "start_time": TIME,
        "end_time": maybe(TIME),
    },
    rows="a.name, a.device, a.person, a.place, a.region, a.cell, a.start_time, a.end_time FROM assignments a",
    key={"a.start_time": "timestamptz", "a.name": "text"},
    sorted_by=("start_time", "name"),
    older="a.start_time < %(until)s",
    selectors={
        "region": _HELD,
        "person": "a.person = %(person)s",
        "device": "a.device = %(device)s",
        "vendor": _OF_DEVICE.format(device="a.device", condition="d.vendor = %(vendor)s"),
    },
    time="start_time",
)

OBSERVATIONS = Part(
    noun="events",
    shape={
        "name": TEXT,
        "kind": TEXT,
        "device": TEXT,
        "person": TEXT,
        "frame": TEXT,
        "receive_time": TIME,
        "event_time": TIME,
        "code": TEXT,
        "value": maybe(NUMBER),
        "unit": TEXT,
        "components": maybe(LIST),
        "method": TEXT,
        "quality": TEXT,
        "doubts": TEXT,
        "archived": FLAG,
    },
    rows=f"""'observations/' || r.id AS name, 'observation' AS kind, {_DEVICE} AS device,
             coalesce({_PERSON}, '') AS person, 'frames/' || r.frame AS frame, r.receive_time, r.event_time, r.code,
             r.value, r.unit, r.components, r.method, r.quality, r.doubts, r.archived FROM observations r""",
    key={"r.receive_time": "timestamptz", "r.id": "uuid"},
    sorted_by=("device", "receive_time", "name"),
    older="r.receive_time < %(until)s",
    selectors=_SAID,
    groups=_GROUPS,
    time="receive_time",
    page=1_000,
)

ALARMS = Part(
    noun="alarms",
    shape={
        "name": TEXT,
        "device": TEXT,
        "person": TEXT,
        "place": TEXT,
        "region": TEXT,
        "cell": TEXT,
        "frame": TEXT,
        "kind": TEXT,
        "scaip_device_type": TEXT,
        "scaip_status_code": TEXT,
        "vendor_code": TEXT,
        "event_time": TIME,
        "receive_time": TIME,
        "archived": FLAG,
        "quality": TEXT,
        "correlation": TEXT,
        "position": maybe(OBJECT),
        "erased": FLAG,
        "handed_over_to": TEXT,
        "handed_over_time": maybe(TIME),
        "desk_paged_time": maybe(TIME),
    },
    rows="""r.name, r.device, r.person, r.place, r.region, r.cell, 'frames/' || r.frame AS frame, r.kind,
            r.scaip_device_type, r.scaip_status_code, r.vendor_code, r.event_time, r.receive_time, r.archived,
            r.quality, r.correlation, r.position AS sealed, r.handed_over_to, r.handed_over_time, r.desk_paged_time
            FROM alarms r""",
    key={"r.receive_time": "timestamptz", "r.name": "text"},
    sorted_by=("receive_time", "name"),
    older="r.receive_time < %(until)s",
    selectors={
        "region": in_region("r.region"),
        "person": "r.person = %(person)s",
        "device": "r.device = %(device)s",
        "vendor": _OF_DEVICE.format(device="r.device", condition="d.vendor = %(vendor)s"),
    },
    time="receive_time",
    opened=open_positions,
)

FRAMES = Part(
    noun="raw",
    shape={
        "name": TEXT,
        "device": TEXT,
        "person": TEXT,
        "receive_time": TIME,
        "session": TEXT,
        "number": INTEGER,
        "decoder": TEXT,
        "reason": TEXT,
        "size": INTEGER,
        "correlation": maybe(TEXT),
        "data": maybe(TEXT),
        "erased": FLAG,
    },
    rows=f"""'frames/' || r.id AS name, r.id, {_DEVICE} AS device, coalesce({_PERSON}, '') AS person, r.receive_time,
             r.session, r.number, r.decoder, r.reason, r.size, r.correlation, r.sealed FROM frames r""",
    key={"r.receive_time": "timestamptz", "r.id": "uuid"},
    sorted_by=("device", "receive_time", "name"),
    older="r.receive_time < %(until)s",
    selectors=_SAID,
    groups=_GROUPS,
    time="receive_time",
    opened=open_frames,
)

PARTS = (REGISTRY, ASSIGNMENTS, OBSERVATIONS, ALARMS, FRAMES, history_part("device"))
