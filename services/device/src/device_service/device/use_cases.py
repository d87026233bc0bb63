"""What an operator does with the registry."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chassis.ids import uuid7
from chassis.refusal import NotFound, Refusal
from chassis.work import Work
from device_service import contract
from device_service.access import may_be_given_by
from device_service.adapters.contract import Adapter
from device_service.device import store
from device_service.device.domain import AdapterUnknown, Device, Holder, HolderUnclear, check_options
from device_service.frame.unknown import forget_unknown
from device_service.person.store import hold_person


class DeviceAlreadyRegistered(Refusal):
    status = "ALREADY_EXISTS"
    sentence = "There is a device with this name, or one with this identity for this adapter."


class PersonUnknown(Refusal):
    status = "FAILED_PRECONDITION"
    sentence = "This person is not known here; register the person first, or wait a moment and try again."


class DeviceNameWrong(Refusal):
    status = "INVALID_ARGUMENT"
    sentence = "A device is named devices/ and a uuid in small letters; leave the name empty to be given one."


_NAME = re.compile(r"devices/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    """`name` is the caller's own, or empty."""

    name: str = ""
    adapter: str
    identity: str
    vendor: str
    model: str
    region: str
    options: Mapping[str, str]


def register_device(work: Work, new: NewDevice, adapters: Mapping[str, Adapter]) -> Device:
    if new.adapter not in adapters:
        raise AdapterUnknown(new.adapter)
    if new.name and not _NAME.match(new.name):
        raise DeviceNameWrong(name=new.name)
    check_options(new.options, adapters[new.adapter].manifest.options)
    device = Device(
        name=new.name or f"devices/{uuid7()}",
        adapter=new.adapter,
        identity=new.identity,
        vendor=new.vendor,
        model=new.model,
        region=new.region,
        options=new.options,
    )
    if not store.add_device(work, device):
        raise DeviceAlreadyRegistered(identity=new.identity)
    forget_unknown(work, new.adapter, new.identity)
    return device


def assign_device(work: Work, name: str, *, person: str, place: str) -> Device:
    device = _locked(work, name)
    if person and place:
        raise HolderUnclear
    holder = _wearer(work, person) if person else Holder(place=place, region=device.region)
    device.give(holder, assignment=f"assignments/{uuid7()}", now=work.now)
    return save_device(work, device)


def release_device(work: Work, name: str) -> Device:
    device = _locked(work, name)
    device.take_back(work.now)
    return save_device(work, device)


def release_all_of(work: Work, person: str) -> None:
    for name in store.devices_of(work, person):
        release_device(work, name)


def _wearer(work: Work, name: str) -> Holder:
    person = hold_person(work, name)
    if person is None or not may_be_given_by(work.caller, person.region):
        raise PersonUnknown(person=name)
    return Holder(person=name, region=person.region, cell=person.home_cell)


def _locked(work: Work, name: str) -> Device:
    device = store.lock_device(work, name)
    if device is None:
        raise NotFound(name)
    return device


def save_device(work: Work, device: Device) -> Device:
    if device.facts:
        store.save_assignment(work, device)
    for fact in device.facts:
        region = fact.holder.region if fact.holder else device.region
        person = fact.holder.person if fact.holder else ""
        work.publish(contract.device_assigned(fact), aggregate=device.name, region=region, person=person)
    return device
