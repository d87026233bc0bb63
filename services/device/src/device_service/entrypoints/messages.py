"""What the service knows, in the contract's words."""

from collections.abc import Mapping
from typing import Any

from device_service.alarm.store import Alarm
from device_service.contract import stamp
from device_service.device.domain import Assignment, Device
from device_service.frame.unknown import UnknownDevice
from device_service.observation.store import Read
from eldercare.device.v1 import device_pb2 as proto


def device(known: Device) -> proto.Device:
    return proto.Device(
        name=known.name,
        adapter=known.adapter,
        identity=known.identity,
        vendor=known.vendor,
        model=known.model,
        region=known.region,
        assignment=_assignment(known.assignment) if known.assignment else None,
        last_seen_time=stamp(known.last_seen_time) if known.last_seen_time else None,
        battery_percent=known.battery_percent or 0,
        options=known.options,
    )


def _assignment(known: Assignment) -> proto.Assignment:
    return proto.Assignment(
        name=known.name,
        device=known.device,
        person=known.holder.person,
        place=known.holder.place,
        region=known.holder.region,
        cell=known.holder.cell,
        start_time=stamp(known.start_time),
    )


def unknown_device(known: UnknownDevice) -> proto.UnknownDevice:
    return proto.UnknownDevice(
        adapter=known.adapter,
        identity=known.identity,
        frame_count=known.frame_count,
        first_seen_time=stamp(known.first_seen_time),
        last_seen_time=stamp(known.last_seen_time),
    )


def alarm(known: Alarm, position: Mapping[str, Any] | None) -> proto.Alarm:
    return proto.Alarm(
        name=known.name,
        device=known.device,
        person=known.person,
        place=known.place,
        region=known.region,
        cell=known.cell,
        kind=known.kind,
        scaip_device_type=known.scaip_device_type,
        scaip_status_code=known.scaip_status_code,
        event_time=stamp(known.event_time),
        receive_time=stamp(known.receive_time),
        archived=known.archived,
        quality=known.quality,
        position=_position(position) if position else None,
        correlation=str(known.correlation),
        handed_over_to=known.handed_over_to,
    )


def observation(read: Read) -> proto.Observation:
    return proto.Observation(
        name=read.name,
        device=read.device,
        person=read.person,
        code=read.code,
        value=read.value or 0,
        unit=read.unit,
        event_time=stamp(read.event_time),
        receive_time=stamp(read.receive_time),
        quality=read.quality if read.value is not None or read.components else "invalid",
        method=read.method,
        archived=read.archived,
        components=[
            proto.ObservationComponent(code=part["code"], value=part["value"], unit=part["unit"])
            for part in read.components
        ],
    )


def _position(known: Mapping[str, Any]) -> proto.Position:
    return proto.Position(
        lat=known["lat"],
        lon=known["lon"],
        source=known["source"],
        accuracy_m=known["accuracy_m"] or 0,
        fix_time=stamp(known["fix_time"]),
    )
