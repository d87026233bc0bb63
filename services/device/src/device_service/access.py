"""Whose a thing is: what the access rule of each call is checked against."""

from chassis.access import Relations, covers
from chassis.context import Caller
from chassis.work import Work
from device_service.alarm.store import find_alarm
from device_service.device.store import find_device
from device_service.export.store import find_export
from device_service.person.store import family_of, find_person


def relate(work: Work, name: str) -> Relations | None:
    """None: there is no such thing."""
    collection = name.partition("/")[0]
    if collection == "persons":
        person = find_person(work, name)
        return _of(work, name, person.region) if person else None
    if collection == "devices":
        device = find_device(work, name)
        holder = device.assignment.holder.person if device and device.assignment else ""
        return _of(work, holder, device.region) if device else None
    if collection == "regions":
        return Relations(region=name)
    if collection == "exports":
        export = find_export(work, name)
        return Relations(elder=export.person, region=export.region) if export else None
    if collection == "alarms":
        alarm = find_alarm(work, name)
        return _of(work, alarm.person, alarm.region) if alarm else None
    return None


def may_be_given_by(caller: Caller | None, region: str) -> bool:
    """A watch goes only to people of the operator's own regions. Nobody calls: the service itself acts."""
    return caller is None or any(covers(own, region) for own in caller.objects_of("operator"))


def is_city_operator(caller: Caller | None) -> bool:
    """Of a region at the top of the tree: `regions/<city>`."""
    return caller is not None and any(own.count("/") == 1 for own in caller.objects_of("operator"))


def _of(work: Work, elder: str, region: str) -> Relations:
    family = family_of(work, elder) if elder else frozenset()
    return Relations(elder=elder, family=family, region=region)
