"""Direct identifiers: the only place of this service where they are in the clear is a request being served."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

_POSITION = struct.Struct(">dd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """WGS-84 degrees."""

    latitude: float
    longitude: float

    @property
    def is_on_earth(self) -> bool:
        inside = abs(self.latitude) <= 90 and abs(self.longitude) <= 180
        return inside and math.isfinite(self.latitude) and math.isfinite(self.longitude)

    def packed(self) -> bytes:
        return _POSITION.pack(self.latitude, self.longitude)

    @classmethod
    def unpacked(cls, data: bytes) -> Position:
        latitude, longitude = _POSITION.unpack(data)
        return cls(latitude=latitude, longitude=longitude)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    display_name: str
    phone: str = ""
    address: str = ""
    access_notes: str = ""
    home: Position | None = None

    def __repr__(self) -> str:
        return "Identifiers(…)"
