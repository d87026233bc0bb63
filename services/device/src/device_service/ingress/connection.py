"""One device on one connection: bytes into frames, frames to the writer, answers back once they are stored."""

import asyncio
import socket
from dataclasses import replace
from typing import cast

import structlog

from chassis.ids import uuid7
from device_service.adapters.contract import Decoded, DecodeError, Garbage, Line, SessionState
from device_service.frame.received import Received, Stored, Stray, Verdict
from device_service.ingress.host import Host
from device_service.ingress.metrics import ALARMS, CONNECTIONS, CUT, FRAMES, GARBAGE

log = structlog.get_logger(__name__)

ADAPTER_FAILED = "ADAPTER_FAILED"
NEVER_READS = "NEVER_READS"
_MOST_UNREAD_BYTES = 64 * 1024
_LOOK_AGAIN_S = 0.1


class Connection(asyncio.Protocol):
    def __init__(self, host: Host) -> None:
        self._host = host
        self._id = uuid7()
        self._buffer = b""
        self._state = SessionState()
        self._waiting = 0
        self._heard = 0
        self._garbage = 0
        self._kept = 0
        self._is_paused = False
        self._is_open = False
        self._is_ending = False
        self._flush: asyncio.TimerHandle | None = None
        self._idle: asyncio.TimerHandle | None = None
        self.heard_at = host.loop.time()

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._is_open = True
        peer: socket.socket = transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST_UNREAD_BYTES)
        CONNECTIONS.inc()
        if not self._host.welcome(self):
            self.cut("TOO_MANY_CONNECTIONS")
            return
        self._watch_silence()

    def data_received(self, data: bytes) -> None:
        self.heard_at = self._host.loop.time()
        self._buffer += data
        self._cut_frames(Line.OPEN)
        self._flush_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """The last bytes count: half an alarm is an alarm."""
        self._cut_frames(Line.CLOSED)
        self._is_open = False
        CONNECTIONS.dec()
        for timer in (self._flush, self._idle):
            if timer:
                timer.cancel()
        self._host.farewell(self, self._state.identity)

    # frames in

    def _cut_frames(self, line: Line) -> None:
        if not self._buffer:
            return
        framed = self._host.adapter.frame(self._buffer, self._state, line)
        self._buffer = framed.rest
        for frame in framed.frames:
            self._hear(frame)
        for garbage in framed.garbage:
            self._hear_garbage(garbage)

    def _hear(self, frame: bytes) -> None:
        received = self._read(frame)
        if not received.identity:
            self._hear_garbage(Garbage(reason=received.reason, data=frame))
        elif not self._may(received):
            FRAMES.labels("limited").inc()
        else:
            self._waiting += 1
            self._host.writer.submit(received, lambda stored: self._answer(received, stored))
            self._hold_if_full()

    def _may(self, received: Received) -> bool:
        """An alarm is never limited, nor is the news of a second session."""
        is_free = received.is_alarm or received.second_session
        return is_free or self._host.limits.allow(received.identity, self.heard_at)

    def _read(self, frame: bytes) -> Received:
        """What cannot be read is stored all the same, under the name this connection gave before."""
        before = self._state
        try:
            decoded = self._host.adapter.decode(frame, before, self._host.now())
        except DecodeError as unreadable:
            return self._received(frame, Decoded(events=(), replies=(), session=before), unreadable.reason)
        except Exception:
            log.exception("adapter.failed", adapter=self._host.adapter.manifest.id)
            return self._received(frame, Decoded(events=(), replies=(), session=before), ADAPTER_FAILED)
        if before.identity and before.identity != decoded.session.identity:
            self._host.sessions.leave(before.identity, self)
        return self._received(frame, decoded)

    def _received(self, frame: bytes, decoded: Decoded, reason: str = "") -> Received:
        before, self._state = self._state, decoded.session
        self._heard += 1
        identity = decoded.session.identity or ""
        return Received(
            adapter=self._host.adapter.manifest.id,
            identity=identity,
            session=self._id,
            number=self._heard,
            data=frame,
            state=before,
            events=decoded.events,
            replies=decoded.replies,
            reason=reason,
            second_session=bool(identity) and self._host.sessions.join(identity, self, self.heard_at),
        )

    def _hear_garbage(self, garbage: Garbage) -> None:
        GARBAGE.labels(garbage.reason).inc(len(garbage.data))
        self._garbage += len(garbage.data)
        if self._kept < self._host.settings.garbage_kept:
            self._kept += 1
            identity = self._state.identity or ""
            self._host.keep(
                Stray(
                    adapter=self._host.adapter.manifest.id,
                    identity=identity,
                    reason=garbage.reason,
                    data=garbage.data,
                )
            )
        if self._garbage > self._host.settings.garbage_bytes:
            self.cut("GARBAGE")

    # answers out

    def _answer(self, received: Received, stored: Stored | None) -> None:
        self._waiting -= 1
        self._resume_if_room()
        if stored is None:
            return
        ALARMS.inc(len(stored.alarms))
        if stored.verdict is Verdict.UNKNOWN:
            self.cut("UNKNOWN_DEVICE")
            return
        if received.identity == self._state.identity and self._state.options != stored.options:
            self._state = replace(self._state, options=stored.options)
        self._send(stored)

    def _send(self, stored: Stored) -> None:
        if not self._is_open or self._transport.is_closing() or not stored.replies:
            return
        self._transport.write(b"".join(stored.replies))
        if self._transport.get_write_buffer_size() > _MOST_UNREAD_BYTES:
            self.cut(NEVER_READS)

    def cut(self, reason: str) -> None:
        """Closes after what was already answered has left; says nothing about why."""
        if self._is_open and not self._transport.is_closing():
            CUT.labels(reason).inc()
            self._buffer = b""
            log.info("session.cut", session=str(self._id), reason=reason)
            if reason == NEVER_READS:
                self._transport.abort()
            self._transport.close()

    # waiting

    def _hold_if_full(self) -> None:
        settings, writer = self._host.settings, self._host.writer
        if self._is_paused or not self._is_open or self._transport.is_closing():
            return
        if self._waiting >= settings.waiting_each or writer.is_full:
            self._is_paused = True
            self._transport.pause_reading()
            if writer.is_full:
                writer.when_room(self._resume_if_room)

    def _resume_if_room(self) -> None:
        if not self._is_paused or self._is_ending or not self._is_open or self._transport.is_closing():
            return
        if self._host.writer.is_full:
            self._host.writer.when_room(self._resume_if_room)
        elif self._waiting < self._host.settings.waiting_each // 2 + 1:
            self._is_paused = False
            self._transport.resume_reading()

    def _flush_later(self) -> None:
        if self._flush:
            self._flush.cancel()
            self._flush = None
        if self._buffer:
            delay = self._host.adapter.manifest.idle_flush_ms / 1000
            self._flush = self._host.loop.call_later(delay, self._cut_frames, Line.IDLE)

    def _watch_silence(self) -> None:
        settings = self._host.settings
        most = settings.idle_s if self._state.identity else settings.hello_s
        left = self.heard_at + most - self._host.loop.time()
        if left <= 0 and not self._is_paused:
            self.cut("SILENT")
        else:
            self._idle = self._host.loop.call_later(max(left, _LOOK_AGAIN_S), self._watch_silence)

    def stop_reading(self) -> None:
        """The process is about to end: what waits is still stored and answered."""
        self._is_ending = True
        if self._is_open and not self._is_paused and not self._transport.is_closing():
            self._is_paused = True
            self._transport.pause_reading()
