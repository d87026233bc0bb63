"""Storing what devices said. Everything of a batch is written in one transaction; only then may anyone answer."""

from collections.abc import Iterable, Mapping, Sequence

from chassis.seal import Seals
from chassis.work import Work
from device_service.adapters.contract import Adapter
from device_service.frame.intake import Intake
from device_service.frame.received import Received, Stored, Stray, Verdict
from device_service.frame.sealing import Keys
from device_service.frame.speaking import lock_speaking
from device_service.frame.unknown import UNKNOWN_DEVICE, keep_stray, store_unknown


def store_frames(
    work: Work, frames: Sequence[Received], *, seals: Seals, adapters: Mapping[str, Adapter]
) -> list[Stored]:
    """What became of each frame, in their order."""
    devices = lock_speaking(work, {(frame.adapter, frame.identity) for frame in frames})
    keys = Keys(work, seals, {device.person for device in devices.values()})
    for known in devices.values():
        known.person = known.person if keys.has(known.person) else ""
    intake = Intake(work, keys, adapters)
    strays: list[Stray] = []
    outcomes: list[Stored] = []
    for frame in frames:
        device = devices.get((frame.adapter, frame.identity))
        if device is None:
            strays.append(_stray(frame))
        outcomes.append(intake.take(frame, device) if device else Stored(verdict=Verdict.UNKNOWN))
    intake.save()
    store_unknown(work, seals, strays)
    return outcomes


def store_strays(work: Work, strays: Iterable[Stray], *, seals: Seals) -> None:
    """Bytes that are no frame: a sample of each is kept, so that a vendor can be asked."""
    for stray in strays:
        keep_stray(work, seals, stray)


def _stray(frame: Received) -> Stray:
    return Stray(adapter=frame.adapter, identity=frame.identity, reason=UNKNOWN_DEVICE, data=frame.data)
