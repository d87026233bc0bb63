"""Persons and devices of a region, for its operators. No name, phone or address is in them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from eldercare.device.v1.device_pb2 import Device
from eldercare.device.v1.device_service_pb2 import ListDevicesRequest
from eldercare.people.v1 import person_pb2
from eldercare.people.v1.person_service_pb2 import ListPersonsRequest
from gateway_service.codes import moment, word
from gateway_service.house import Asked
from gateway_service.v1.incidents import own_region
from gateway_service.v1.shapes import PROBLEMS, PageQuery, Region

router = APIRouter(prefix="/v1", tags=["registers"], responses=PROBLEMS)


class RoleView(BaseModel):
    kind: str
    object: str
    start_time: datetime | None
    end_time: datetime | None
    rights: list[str]


class PersonView(BaseModel):
    name: str
    region: str
    home_cell: str
    roles: list[RoleView]
    skills: list[str]
    categories: list[str]
    dependency_level: str
    language: str


class PersonsView(BaseModel):
    persons: list[PersonView]
    next_page_token: str


class DeviceView(BaseModel):
    name: str
    adapter: str
    identity: str
    vendor: str
    model: str
    region: str
    person: str
    place: str
    assign_time: datetime | None
    last_seen_time: datetime | None
    battery_percent: int


class DevicesView(BaseModel):
    devices: list[DeviceView]
    next_page_token: str


class RegionQuery(PageQuery):
    region: Region | None = None


def person_view(person: person_pb2.Person) -> PersonView:
    roles = [
        RoleView(
            kind=word(person_pb2.RoleKind, role.kind),
            object=role.object,
            start_time=moment(role.start_time),
            end_time=moment(role.end_time),
            rights=list(role.rights),
        )
        for role in person.roles
    ]
    return PersonView(
        name=person.name,
        region=person.region,
        home_cell=person.home_cell,
        roles=roles,
        skills=list(person.skills),
        categories=list(person.categories),
        dependency_level=word(person_pb2.DependencyLevel, person.dependency_level),
        language=person.language,
    )


def device_view(device: Device) -> DeviceView:
    """Whose it is now, if anybody's."""
    return DeviceView(
        name=device.name,
        adapter=device.adapter,
        identity=device.identity,
        vendor=device.vendor,
        model=device.model,
        region=device.region,
        person=device.assignment.person,
        place=device.assignment.place,
        assign_time=moment(device.assignment.start_time),
        last_seen_time=moment(device.last_seen_time),
        battery_percent=device.battery_percent,
    )


@router.get("/persons")
async def list_persons(asked: Asked, query: Annotated[RegionQuery, Query()]) -> PersonsView:
    """Persons of a region and all below it. Operators."""
    request = ListPersonsRequest(
        region=own_region(asked, query.region), page_size=query.page_size, page_token=query.page_token
    )
    answer = await asked.ask(asked.peers.people.ListPersons, request)
    return PersonsView(persons=[person_view(each) for each in answer.persons], next_page_token=answer.next_page_token)


@router.get("/devices")
async def list_devices(asked: Asked, query: Annotated[RegionQuery, Query()]) -> DevicesView:
    """Devices of a region and all below it. Operators."""
    request = ListDevicesRequest(
        region=own_region(asked, query.region), page_size=query.page_size, page_token=query.page_token
    )
    answer = await asked.ask(asked.peers.devices.ListDevices, request)
    return DevicesView(devices=[device_view(each) for each in answer.devices], next_page_token=answer.next_page_token)
