"""The watch protocol behind the adapter seam."""

from datetime import datetime

from device_service.adapters.contract import Command, Decoded, DecodeError, Framed, Line, Manifest, SessionState
from device_service.adapters.events import Event, Quality, VendorCode
from device_service.adapters.watch.commands import words_for
from device_service.adapters.watch.frame import Frame, take_apart
from device_service.adapters.watch.framing import frame as cut
from device_service.adapters.watch.header import MAX_CONTENT
from device_service.adapters.watch.manifest import MANIFEST
from device_service.adapters.watch.messages import Draft, Heard, Said, understand

IDENTITY_CHANGED = "IDENTITY_CHANGED"


class WatchAdapter:
    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def frame(self, buffer: bytes, state: SessionState, line: Line = Line.OPEN) -> Framed:
        return cut(buffer, line)

    def decode(self, frame: bytes, state: SessionState, received_at: datetime) -> Decoded:
        heard = Heard(frame=take_apart(frame), state=state, received_at=received_at)
        said = understand(heard)
        doubts = heard.frame.doubts + _identity_doubt(heard)
        return Decoded(
            events=tuple(_event(draft, said, heard, doubts) for draft in said.drafts),
            replies=_replies(heard.frame, said),
            session=_remember(state, heard.frame),
        )

    def encode(self, command: Command, state: SessionState) -> bytes:
        if state.identity is None:
            raise DecodeError(
                "SESSION_UNIDENTIFIED", "The watch has not said its number yet; wait for its first frame."
            )
        content = words_for(command)
        if len(content) > MAX_CONTENT:
            raise DecodeError("COMMAND_TOO_LONG", "A watch takes at most 65535 bytes at once; shorten the recording.")
        index = "0001" if state.dialect.get("indexed") else None
        return _wrap(state.dialect.get("maker", "SG"), state.identity, index, content)


def _identity_doubt(heard: Heard) -> tuple[str, ...]:
    known = heard.state.identity
    return () if known is None or known == heard.frame.identity else (IDENTITY_CHANGED,)


def _event(draft: Draft, said: Said, heard: Heard, doubts: tuple[str, ...]) -> Event:
    reasons = draft.doubts + doubts
    quality = Quality.SUSPECT if reasons and draft.quality is Quality.VALID else draft.quality
    code = f"{heard.frame.said} {draft.code}" if draft.code else heard.frame.said
    return Event(
        body=draft.body,
        event_time=said.time or heard.received_at,
        received_at=heard.received_at,
        vendor=VendorCode(code=code),
        quality=quality,
        reasons=reasons,
        archived=said.archived,
        device_clock=said.time is not None,
    )


def _replies(frame: Frame, said: Said) -> tuple[bytes, ...]:
    """Half a message is not acknowledged, so that the watch sends the whole of it again."""
    if said.reply is None or frame.cut_off:
        return ()
    return (_wrap(frame.maker, frame.identity, frame.index, said.reply),)


def _remember(state: SessionState, frame: Frame) -> SessionState:
    indexed = "yes" if frame.index else ""
    known = state.dialect
    if state.identity == frame.identity and known.get("maker") == frame.maker and known.get("indexed") == indexed:
        return state
    dialect = {**known, "maker": frame.maker, "indexed": indexed}
    return SessionState(identity=frame.identity, dialect=dialect, options=state.options)


def _wrap(maker: str, identity: str, index: str | None, content: bytes) -> bytes:
    front = "*".join(part for part in (maker, identity, index, f"{len(content):04X}") if part is not None)
    return b"[" + front.encode("ascii") + b"*" + content + b"]"
