"""DeviceService over rpc."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from chassis.refusal import NotFound
from chassis.rpc import Rpc, command, query
from chassis.seal import Seals
from chassis.work import Work
from device_service.access import is_city_operator
from device_service.adapters.contract import Adapter
from device_service.alarm.pressing import press_in_app
from device_service.alarm.store import find_alarm
from device_service.device import store, use_cases
from device_service.entrypoints import messages
from device_service.entrypoints.paging import key_of, size_of, token_of
from device_service.frame.sealing import open_position
from device_service.frame.speaking import uuid_of
from device_service.frame.unknown import UnknownDevicesAreCitywide, list_unknown
from device_service.observation.store import list_observations
from device_service.scope import Scope
from eldercare.device.v1 import device_pb2 as proto
from eldercare.device.v1 import device_service_pb2 as rpc_messages
from eldercare.device.v1.device_service_pb2_grpc import DeviceServiceServicer


class Devices(DeviceServiceServicer):
    def __init__(self, rpc: Rpc, adapters: Mapping[str, Adapter], seals: Seals) -> None:
        self.rpc, self._adapters, self._seals = rpc, adapters, seals

    @command
    def RegisterDevice(self, work: Work, request: rpc_messages.RegisterDeviceRequest) -> proto.Device:
        told = request.device
        new = use_cases.NewDevice(
            name=told.name,
            adapter=told.adapter,
            identity=told.identity,
            vendor=told.vendor,
            model=told.model,
            region=told.region,
            options=dict(told.options),
        )
        return messages.device(use_cases.register_device(work, new, self._adapters))

    @command
    def AssignDevice(self, work: Work, request: rpc_messages.AssignDeviceRequest) -> proto.Device:
        return messages.device(use_cases.assign_device(work, request.name, person=request.person, place=request.place))

    @command
    def ReleaseDevice(self, work: Work, request: rpc_messages.ReleaseDeviceRequest) -> proto.Device:
        return messages.device(use_cases.release_device(work, request.name))

    @query
    def GetDevice(self, work: Work, request: rpc_messages.GetDeviceRequest) -> proto.Device:
        device = store.find_device(work, request.name)
        if device is None:
            raise NotFound(request.name)
        return messages.device(device)

    @query
    def ListDevices(self, work: Work, request: rpc_messages.ListDevicesRequest) -> rpc_messages.ListDevicesResponse:
        size, key = size_of(request.page_size), key_of(request.page_token, 1)
        found = store.list_devices(work, Scope(region=request.region), after=key[0] if key else "", limit=size)
        return rpc_messages.ListDevicesResponse(
            devices=[messages.device(device) for device in found],
            next_page_token=token_of(found[-1].name) if len(found) == size else "",
        )

    @query
    def ListUnknownDevices(
        self, work: Work, request: rpc_messages.ListUnknownDevicesRequest
    ) -> rpc_messages.ListUnknownDevicesResponse:
        if not is_city_operator(work.caller):
            raise UnknownDevicesAreCitywide
        size, key = size_of(request.page_size), key_of(request.page_token, 3)
        before = (datetime.fromisoformat(key[0]), key[1], key[2]) if key else None
        found = list_unknown(work, before=before, limit=size)
        last = found[-1] if len(found) == size else None
        return rpc_messages.ListUnknownDevicesResponse(
            devices=[messages.unknown_device(device) for device in found],
            next_page_token=token_of(last.last_seen_time.isoformat(), last.adapter, last.identity) if last else "",
        )

    @command
    def RaiseAlarm(self, work: Work, request: rpc_messages.RaiseAlarmRequest) -> proto.Alarm:
        return messages.alarm(press_in_app(work, self._seals, request.person), None)

    @query
    def GetAlarm(self, work: Work, request: rpc_messages.GetAlarmRequest) -> proto.Alarm:
        alarm = find_alarm(work, request.name)
        if alarm is None:
            raise NotFound(request.name)
        place = f"alarms.position:{alarm.name}"
        position = open_position(work, self._seals, alarm.position, person=alarm.person, place=place)
        return messages.alarm(alarm, position)

    @query
    def ListObservations(
        self, work: Work, request: rpc_messages.ListObservationsRequest
    ) -> rpc_messages.ListObservationsResponse:
        size, key = size_of(request.page_size), key_of(request.page_token, 2)
        before = (datetime.fromisoformat(key[0]), UUID(key[1])) if key else None
        found = list_observations(work, uuid_of(request.person), before=before, limit=size)
        last = found[-1] if len(found) == size else None
        return rpc_messages.ListObservationsResponse(
            observations=[messages.observation(read) for read in found],
            next_page_token=token_of(last.receive_time.isoformat(), last.name.partition("/")[2]) if last else "",
        )
