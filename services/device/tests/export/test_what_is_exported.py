"""What device gives to a neutral export: all of it, in one order, opened where it may be, for whom it concerns."""

from base64 import b64decode
from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.export import paging
from chassis.export.part import Wanted
from device_service.device.use_cases import assign_device, release_device
from device_service.export.parts import OBSERVATIONS
from device_service.handlers import HANDLERS
from eldercare.people.v1.events_pb2 import PersonErased
from services.device.tests.cast import (
    DISTRICT,
    GRANNY_WEN,
    HILL,
    NUMBER,
    PARK,
    PLUM_GARDEN,
    UNCLE_BAI,
    Wire,
    give_watch,
    introduce,
)
from services.device.tests.export.conftest import OTHER_NUMBER, Measuring, Package
from services.device.tests.packages import contents, lines, manifest, pulses
from suite.export.verify import verify
from suite.simulated_watch import SimulatedWatch
from suite.testing import TestDatabase


def test_everything_a_device_said_is_in_the_package(package: Package, worn: str, spoken: list[bytes]) -> None:
    folder = package()
    proven = verify(folder)
    assert proven.signer == "services/suite#1"
    assert [line["name"] for line in lines(folder, "devices")] == [worn]
    assert [(line["device"], line["person"]) for line in lines(folder, "assignments")] == [(worn, GRANNY_WEN)]
    assert pulses(folder) == [71.0, 72.0]
    (alarm,) = lines(folder, "alarms")
    assert (alarm["kind"], alarm["position"]["lat"], alarm["erased"]) == ("sos_press", PARK.lat, False)
    assert {line["type"].rpartition(".")[2] for line in lines(folder, "device_facts")} == {
        "AlarmRaised",
        "DeviceAssigned",
    }


def test_raw_frames_leave_as_the_bytes_that_came(package: Package, spoken: list[bytes]) -> None:
    raw = lines(package(), "raw")
    assert [b64decode(line["data"]) for line in raw] == spoken
    assert {line["erased"] for line in raw} == {False}


def test_the_same_data_exports_to_the_same_bytes(
    package: Package, spoken: list[bytes], wire: Wire, watch: SimulatedWatch, db: TestDatabase
) -> None:
    until = db.now()
    once = package(until=until)
    wire.say(watch.heart(73))
    again = package(until=until)
    assert contents(once) == contents(again)
    assert contents(package()) != contents(again)


def test_a_region_is_given_what_its_own_people_and_devices_said(
    package: Package, spoken: list[bytes], worn: str, wire: Wire, db: TestDatabase
) -> None:
    introduce(db, UNCLE_BAI, region=f"{DISTRICT}/quay-street/quay")
    with db.work() as work:
        release_device(work, worn)
        assign_device(work, worn, person=UNCLE_BAI, place="")
    wire.say(SimulatedWatch(number=NUMBER).heart(99))
    district, garden, hill = (package(region=region) for region in (DISTRICT, PLUM_GARDEN, HILL))
    assert pulses(district) == [71.0, 72.0, 99.0]
    assert pulses(garden) == [71.0, 72.0]
    assert {line["person"] for noun in ("raw", "assignments", "alarms") for line in lines(garden, noun)} == {GRANNY_WEN}
    assert sum(part["count"] for part in manifest(hill)["extension"]["parts"]) == 0


def test_a_person_a_device_and_a_vendor_are_given_their_own(
    package: Package, spoken: list[bytes], worn: str, wire: Wire, db: TestDatabase
) -> None:
    other = give_watch(db, UNCLE_BAI, OTHER_NUMBER)
    Wire(db=db, seals=wire.seals).say(SimulatedWatch(number=OTHER_NUMBER).heart(99))
    assert pulses(package()) == [71.0, 72.0, 99.0]
    for told in ({"person": UNCLE_BAI}, {"device": other}):
        folder = package(**told)
        assert [line["name"] for line in lines(folder, "devices")] == [other]
        assert pulses(folder) == [99.0]
        assert lines(folder, "alarms") == []
    assert len(lines(package(vendor="Made-Up Watches"), "raw")) == 4
    assert lines(package(vendor="Nobody's"), "raw") == []
    assert manifest(package(device=worn))["extension"]["leftOut"] == {"device": ["device_facts"]}


def test_what_was_sealed_for_an_erased_person_is_marked_and_stays_shut(
    package: Package, spoken: list[bytes], db: TestDatabase
) -> None:
    db.deliver(HANDLERS, PersonErased(person=GRANNY_WEN, version=2), aggregate=GRANNY_WEN)
    folder = package()
    assert [(line["data"], line["erased"]) for line in lines(folder, "raw")] == [(None, True)] * 3
    assert [(line["position"], line["erased"]) for line in lines(folder, "alarms")] == [(None, True)]
    assert pulses(folder) == [71.0, 72.0]
    verify(folder)


def test_pages_and_files_lose_and_double_nothing(package: Package, measuring: Measuring) -> None:
    measured = measuring(700)
    folder = package(largest=200_000)
    events = lines(folder, "events")
    assert len({line["name"] for line in events}) == len(events) == measured
    assert len(list((folder / "core").glob("events-*.ndjson"))) > 3
    assert all(path.stat().st_size <= 200_000 for path in (folder / "core").iterdir())
    verify(folder)


@pytest.mark.parametrize("each", [0, 1, 2, 3, 7])
def test_however_many_devices_a_page_looks_at_none_is_passed_over(
    measuring: Measuring, db: TestDatabase, monkeypatch: pytest.MonkeyPatch, each: int
) -> None:
    monkeypatch.setattr(paging, "GROUPS_A_PAGE", 2)
    measured, wanted = measuring(each), Wanted(selection={}, until=db.now() + timedelta(minutes=1))
    part, found = replace(OBSERVATIONS, page=3), list[str]()
    place: paging.Place | None = ()
    while place is not None:
        with db.work() as work:
            page = paging.read_page(work, part, wanted, place)
        found += [row["name"] for _, row in page.rows]
        place = page.next
    assert len(set(found)) == len(found) == measured
