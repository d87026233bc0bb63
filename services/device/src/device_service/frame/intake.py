"""One batch on its way into the store: frames, observations, alarms and what each device was last seen as."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from chassis.cells import cell_of
from chassis.ids import uuid7
from chassis.work import Work
from device_service.adapters.contract import Adapter
from device_service.adapters.events import Alarm, DeviceStatus, Event, Location, Observation, Position
from device_service.alarm.use_cases import Raised, raise_alarms
from device_service.contract import second_session_seen
from device_service.device.store import holder_at
from device_service.frame.received import Received, Stored, Verdict
from device_service.frame.sealing import Keys, write_position
from device_service.frame.speaking import Speaking, save_states, uuid_of
from device_service.frame.store import Frame, insert_frames, is_stored
from device_service.observation.store import Observation as ObservationRow
from device_service.observation.store import insert_observations


class Intake:
    def __init__(self, work: Work, keys: Keys, adapters: Mapping[str, Adapter]) -> None:
        self._work, self._keys, self._adapters = work, keys, adapters
        self._frames: list[Frame] = []
        self._observations: list[ObservationRow] = []
        self._spoke: dict[str, Speaking] = {}
        self._told = 0

    def take(self, frame: Received, device: Speaking) -> Stored:
        now = self._moment()
        device.last_seen_time = now
        self._spoke[device.name] = device
        if frame.second_session:
            self._tell_second_session(device, now)
        window = timedelta(seconds=self._adapters[frame.adapter].manifest.repeat_window_s)
        digest = self._keys.digest(frame.data)
        if device.recent.holds(digest, now, window) or self._was_stored(frame, device):
            return Stored(verdict=Verdict.REPEATED, replies=frame.replies, options=device.options)
        device.recent = device.recent.with_heard(digest, now, window)
        return self._store(self._reread(frame, device, now), device, now)

    def save(self) -> None:
        insert_frames(self._work, self._frames)
        insert_observations(self._work, self._observations)
        if self._spoke:
            save_states(self._work, self._spoke.values())

    def _was_stored(self, frame: Received, device: Speaking) -> bool:
        return frame.retried and is_stored(self._work, device.id, frame.session, frame.number)

    def _moment(self) -> datetime:
        """Now, and a microsecond later each time: the order of one batch stays visible in the store."""
        self._told += 1
        return self._work.now + timedelta(microseconds=self._told)

    def _tell_second_session(self, device: Speaking, now: datetime) -> None:
        fact = second_session_seen(device.name, now)
        self._work.publish(fact, aggregate=device.name, region=device.region, person=device.person)

    def _reread(self, frame: Received, device: Speaking, now: datetime) -> Received:
        """The first frame of a session was read before anyone knew the options of its model."""
        if frame.reason or frame.state.options == device.options:
            return frame
        state = replace(frame.state, options=device.options)
        decoded = self._adapters[frame.adapter].decode(frame.data, state, now)
        return replace(frame, events=decoded.events, replies=decoded.replies)

    def _store(self, frame: Received, device: Speaking, now: datetime) -> Stored:
        name = uuid7()
        alarms = [event for event in frame.events if isinstance(event.body, Alarm)]
        correlation = uuid7() if alarms else None
        self._frames.append(self._row(name, frame, device, now, correlation))
        for event in frame.events:
            self._note(event, name, device, now)
        raised: tuple[str, ...] = ()
        if correlation:
            holder = self._holder(alarms[0], device)
            by = Raised(frame=name, device=device, holder=holder, receive_time=now, correlation=correlation)
            raised = raise_alarms(self._work, self._keys, by, alarms)
        return Stored(verdict=Verdict.STORED, replies=frame.replies, options=device.options, alarms=raised)

    def _row(self, name: UUID, frame: Received, device: Speaking, now: datetime, correlation: UUID | None) -> Frame:
        manifest = self._adapters[frame.adapter].manifest
        return Frame(
            id=name,
            device=device.id,
            person=device.person_id,
            receive_time=now,
            session=frame.session,
            number=frame.number,
            decoder=f"{manifest.id}/{manifest.version}",
            reason=frame.reason,
            size=len(frame.data),
            correlation=correlation,
            sealed=self._keys.seal(frame.data, person=device.person, place=f"frames.sealed:{name}"),
        )

    def _note(self, event: Event, frame: UUID, device: Speaking, now: datetime) -> None:
        body = event.body
        if isinstance(body, Observation):
            self._observations.append(self._observed(event, body, frame, device, now))
        elif isinstance(body, DeviceStatus) and body.battery_percent is not None:
            device.battery_percent = body.battery_percent
        elif isinstance(body, Location) and body.position and not event.archived:
            self._place(body.position, device, now)

    def _place(self, position: Position, device: Speaking, now: datetime) -> None:
        place = f"device_states.position:{device.name}"
        device.position = self._keys.seal(write_position(position), person=device.person, place=place)
        device.position_cell = cell_of(position.lat, position.lon)
        device.position_time = now

    def _observed(
        self, event: Event, body: Observation, frame: UUID, device: Speaking, now: datetime
    ) -> ObservationRow:
        holder = self._holder(event, device)
        return ObservationRow(
            id=uuid7(),
            device=device.id,
            person=uuid_of(holder) if holder else None,
            frame=frame,
            receive_time=self._moment(),
            event_time=event.event_time if event.device_clock else now,
            code=body.code,
            value=None if body.value is None else float(body.value),
            unit=body.unit,
            components=_components(body),
            method=body.method,
            quality=event.quality,
            doubts=",".join(event.reasons),
            archived=event.archived,
        )

    def _holder(self, event: Event, device: Speaking) -> str:
        """A backlog may be older than the assignment: it belongs to who had the device then."""
        if event.archived and event.device_clock and device.held_since and event.event_time < device.held_since:
            before = holder_at(self._work, device.name, event.event_time)
            return before if self._keys.has(before) else ""
        return device.person


def _components(body: Observation) -> str | None:
    if not body.components:
        return None
    return json.dumps([{"code": part.code, "value": part.value, "unit": part.unit} for part in body.components])
