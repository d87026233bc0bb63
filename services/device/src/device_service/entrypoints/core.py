"""Translate in, call, translate out."""

from pathlib import Path

from chassis.context import Context
from chassis.core import Core, Deps, Parts
from chassis.export.serving import Source
from device_service.access import relate
from device_service.adapters.find import find_adapters
from device_service.alarm.executors import OpenIncident
from device_service.alarm.hand_over import OPEN_INCIDENT, PAGES, TIMERS
from device_service.auditor import audit
from device_service.device import domain
from device_service.entrypoints.devices import Devices
from device_service.entrypoints.exports import ExportJobs
from device_service.export.executors import ExportSteps
from device_service.export.parts import PARTS
from device_service.export.use_cases import STEP
from device_service.handlers import HANDLERS
from device_service.settings import DeviceSettings, allowed
from eldercare.device.v1.device_service_pb2_grpc import add_DeviceServiceServicer_to_server
from eldercare.device.v1.export_job_service_pb2_grpc import add_ExportJobServiceServicer_to_server

REFUSALS = {
    domain.HolderUnclear: ("INVALID_ARGUMENT", "Name either the person who wears the device or the place it watches."),
    domain.HolderOutOfRegion: (
        "FAILED_PRECONDITION",
        "This person lives outside the region that owns the device; move the device to a wider region first.",
    ),
    domain.DeviceNotAssigned: ("FAILED_PRECONDITION", "Nobody has this device; there is nothing to take back."),
    domain.AdapterUnknown: ("INVALID_ARGUMENT", "No adapter of this name is installed."),
    domain.OptionUnknown: ("INVALID_ARGUMENT", "The adapter has no such option or choice; its manifest lists them."),
}


def build(deps: Deps[DeviceSettings]) -> Parts:
    settings = deps.settings
    adapters = find_adapters(allowed(settings.adapters)).adapters
    devices = Devices(deps.rpc, adapters, deps.seals)

    exports = ExportSteps(
        Path(settings.exports_dir),
        Source(rpc=deps.rpc, seals=deps.seals, parts=PARTS),
        deps.clients,
        deps.identity,
        deps.transaction,
    )
    return Parts(
        servicers=[
            (add_DeviceServiceServicer_to_server, devices),
            (add_ExportJobServiceServicer_to_server, ExportJobs(deps.rpc, settings.exports_dir)),
        ],
        timers=TIMERS,
        effects={
            OPEN_INCIDENT: OpenIncident(deps.clients, lambda: deps.transaction(Context(actor="services/device"))),
            STEP: exports,
        },
        pages=PAGES,
        auditor=audit,
        exported=PARTS,
    )


CORE = Core(
    service="device",
    settings=DeviceSettings,
    handlers=HANDLERS,
    relate=relate,
    refusals=REFUSALS,
    build=build,
)
