"""Which key seals what: the wearer's own, so that erasing the person erases it; else the service's."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from chassis.seal import Seals, decrypt, encrypt
from chassis.subject_keys import SubjectErased, keys_for
from chassis.work import Work
from device_service.adapters.events import Position


class Keys:
    """The keys of the persons of one transaction, fetched at once; one more is fetched when it is asked for."""

    def __init__(self, work: Work, seals: Seals, persons: Collection[str]) -> None:
        self._work, self._seals = work, seals
        self._keys = keys_for(work, seals, {person for person in persons if person})

    def has(self, person: str) -> bool:
        """False for a person who was erased."""
        if person and person not in self._keys:
            self._keys |= keys_for(self._work, self._seals, {person})
        return not person or person in self._keys

    def seal(self, plain: bytes, *, person: str, place: str) -> bytes:
        return encrypt(self._key(person), plain, place) if person else self._seals.seal(plain, place=place)

    def open(self, sealed: bytes, *, person: str, place: str) -> bytes:
        return decrypt(self._key(person), sealed, place) if person else self._seals.open(sealed, place=place)

    def digest(self, frame: bytes) -> bytes:
        """Recognises the same bytes without keeping them: a plain hash of a position could be guessed."""
        return self._seals.blind(frame, field="frames.sealed")[:16]

    def _key(self, person: str) -> bytes:
        if not self.has(person):
            raise SubjectErased(person)
        return self._keys[person]


def write_position(position: Position) -> bytes:
    return json.dumps(
        {
            "lat": position.lat,
            "lon": position.lon,
            "source": position.source.value,
            "accuracy_m": position.accuracy_m,
            "fix_time": position.fix_time.isoformat(),
        }
    ).encode()


def open_position(work: Work, seals: Seals, sealed: bytes | None, *, person: str, place: str) -> dict[str, Any] | None:
    """None where there is none, or where the person was erased and with the person the key."""
    if sealed is None:
        return None
    keys = Keys(work, seals, {person})
    return read_position(keys.open(sealed, person=person, place=place)) if keys.has(person) else None


def read_position(plain: bytes) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(plain)
    return row | {"fix_time": datetime.fromisoformat(row["fix_time"])}
