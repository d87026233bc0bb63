"""Beginning, ending and forgetting an export."""

from collections.abc import Mapping
from datetime import timedelta

from chassis.access import covers
from chassis.context import Caller
from chassis.ids import uuid7
from chassis.refusal import NotFound, Refusal
from chassis.work import Work
from device_service.device.store import find_device
from device_service.export.store import (
    Export,
    add_export,
    find_export,
    list_exports,
    list_own_exports,
    names_about,
    save_export,
)
from device_service.person.store import find_person
from device_service.scope import Scope

STEP = "export_step"  # the effect; its verb is one of these
WRITE, FORGET = "write", "forget"
STEP_S, SEAL_S = 90.0, 600.0
KEPT = timedelta(hours=24)
ERASED = "PERSON_ERASED"


class ExportsSwitchedOff(Refusal):
    sentence = "No folder is set in which exports are made (ELDERCARE_DEVICE_EXPORTS_DIR)."


class ExportNotDone(Refusal):
    sentence = "This export is not done; look at its state."


class VendorNeedsRegion(Refusal):
    status = "INVALID_ARGUMENT"
    sentence = "A vendor is selected together with a region."


def start_export(work: Work, subject: str, vendor: str) -> Export:
    if vendor and not subject.startswith("regions/"):
        raise VendorNeedsRegion
    selection, person, region = _selected(work, subject, vendor)
    export = Export(
        name=f"exports/{uuid7()}",
        subject=subject,
        vendor=vendor,
        person=person,
        region=region,
        selection=selection,
        until_time=work.now,
        create_time=work.now,
    )
    add_export(work, export)
    next_step(work, export)
    return export


def _selected(work: Work, subject: str, vendor: str) -> tuple[Mapping[str, str], str, str]:
    """What is exported, and who may have it. An operator gets of it what is its own regions'."""
    collection = subject.partition("/")[0]
    if work.caller is not None and work.caller.subject == subject:
        return {"person": subject}, subject, ""
    own = _own_region(work.caller, _region_of(work, subject))
    if not own:
        raise NotFound(subject)  # who wears a device does not own what it said of others
    if collection == "regions":
        return {"region": subject} | ({"vendor": vendor} if vendor else {}), "", subject
    return {collection.removesuffix("s"): subject, "region": own}, "", own


def _region_of(work: Work, subject: str) -> str:
    if subject.startswith("persons/"):
        person = find_person(work, subject)
        return person.region if person else ""
    if subject.startswith("devices/"):
        device = find_device(work, subject)
        return device.region if device else ""
    return subject


def _own_region(caller: Caller | None, region: str) -> str:
    """The widest of the operator's regions that covers it."""
    own = caller.objects_of("operator") if caller else []
    return min((each for each in own if covers(each, region)), key=len, default="")


def exports_of(work: Work, subject: str, *, after: str, limit: int) -> list[Export]:
    """Of a region and all below it; of a person or device, what the caller may look at of it."""
    if work.caller is not None and work.caller.subject == subject:
        return list_own_exports(work, subject, after=after, limit=limit)
    if subject.startswith("regions/"):
        return list_exports(work, [Scope(region=subject)], of="", after=after, limit=limit)
    own = work.caller.objects_of("operator") if work.caller else []
    return list_exports(work, [Scope(region=each) for each in own], of=subject, after=after, limit=limit)


def next_step(work: Work, export: Export, *, is_last: bool = False) -> None:
    key, asked = f"{STEP}:{export.name}:{export.steps}", {"verb": WRITE, "export": export.name}
    work.request_effect(key, STEP, asked, timeout_s=SEAL_S if is_last else STEP_S)


def end_export(work: Work, export: Export, state: str, reason: str = "") -> None:
    """The files are kept for a day where it is done; else they are removed when no step can still be writing."""
    export.state, export.reason, export.end_time = state, reason, work.now
    save_export(work, export)
    due = work.now + (KEPT if state == "done" else timedelta(seconds=SEAL_S))
    work.request_effect(f"{STEP}:{export.name}:{FORGET}", STEP, {"verb": FORGET, "export": export.name}, due=due)


def end_exports_about(work: Work, person: str) -> None:
    """What was opened with the person's key goes with the key: the person's own, and those of devices and regions that
    may tell of it. Whoever made one of those makes it anew."""
    for name in names_about(work, person):
        export = find_export(work, name, lock=True)
        if export is not None and export.state == "running":
            end_export(work, export, "cancelled", ERASED)
        elif export is not None and export.state == "done":
            export.state, export.reason = "expired", ERASED
            save_export(work, export)
            key = f"{STEP}:{export.name}:{ERASED}"
            work.request_effect(key, STEP, {"verb": FORGET, "export": export.name})


def cancel_export(work: Work, name: str) -> Export:
    """One that has ended stays as it is."""
    export = find_export(work, name, lock=True)
    if export is None:
        raise NotFound(name)
    if export.state == "running":
        end_export(work, export, "cancelled")
    return export
