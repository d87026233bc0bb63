"""Fact → published event: the list of what leaves the house."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from device_service.alarm.store import Alarm
from device_service.device.domain import Given
from eldercare.device.v1.events_pb2 import AlarmRaised, DeviceAssigned, DutyDeskPaged, SecondSessionSeen


def alarm_raised(alarm: Alarm) -> AlarmRaised:
    """No exact position: it stays in the sealed row and is fetched for a purpose."""
    return AlarmRaised(
        alarm=alarm.name,
        device=alarm.device,
        person=alarm.person,
        place=alarm.place,
        region=alarm.region,
        cell=alarm.cell,
        kind=alarm.kind,
        scaip_device_type=alarm.scaip_device_type,
        scaip_status_code=alarm.scaip_status_code,
        event_time=stamp(alarm.event_time),
        receive_time=stamp(alarm.receive_time),
        archived=alarm.archived,
        quality=alarm.quality,
    )


def device_assigned(fact: Given) -> DeviceAssigned:
    return DeviceAssigned(
        device=fact.device,
        person=fact.holder.person if fact.holder else "",
        place=fact.holder.place if fact.holder else "",
        start_time=stamp(fact.start_time),
    )


def second_session_seen(device: str, seen: datetime) -> SecondSessionSeen:
    return SecondSessionSeen(device=device, seen_time=stamp(seen))


def duty_desk_paged(alarm: str, region: str, paged: datetime) -> DutyDeskPaged:
    return DutyDeskPaged(alarm=alarm, region=region, page_time=stamp(paged))


def stamp(moment: datetime) -> Timestamp:
    told = Timestamp()
    told.FromDatetime(moment)
    return told
