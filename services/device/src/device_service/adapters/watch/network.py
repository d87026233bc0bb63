"""What stands behind the status word: cells, Wi-Fi access points and, last, the accuracy in metres."""

import re
from dataclasses import dataclass

from device_service.adapters.events import AccessPoint, Cell
from device_service.adapters.watch.fields import decimal, filled, hexadecimal, integer

NETWORK_UNREADABLE = "NETWORK_UNREADABLE"

_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\Z")
_LETTERED = re.compile(r"[0-9A-Fa-f]{0,8}[A-Fa-f]")
_MOST = 32  # more neighbours than any watch lists; a larger count is a broken field
_FARTHEST = 100_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    cells: tuple[Cell, ...] = ()
    access_points: tuple[AccessPoint, ...] = ()
    accuracy_m: float | None = None
    doubts: tuple[str, ...] = ()


def read_network(fields: list[str]) -> Network:
    if not any(field.strip() for field in fields):
        return Network()
    cells, at = _read_cells(fields)
    access_points, after = _read_access_points(fields, at)
    readable = cells is not None and access_points is not None
    return Network(
        cells=cells or (),
        access_points=access_points or (),
        accuracy_m=_accuracy(fields, after) if readable else None,
        doubts=() if readable else (NETWORK_UNREADABLE,),
    )


def _read_cells(fields: list[str]) -> tuple[tuple[Cell, ...] | None, int]:
    """Count, timing advance, MCC, MNC, then area, cell and signal of each; older firmware writes areas in hex."""
    count = integer(fields, 0)
    if count is None or not 0 <= count <= _MOST:
        return None, 1
    if count == 0:
        return (), _after_no_cells(fields)
    end = 4 + 3 * count
    towers = [fields[at : at + 3] for at in range(4, min(end, len(fields)), 3)]
    read = hexadecimal if any(_LETTERED.match(number) for tower in towers for number in tower[:2]) else integer
    mcc, mnc = integer(fields, 2) or 0, integer(fields, 3) or 0
    cells = [
        Cell(mcc=mcc, mnc=mnc, lac=lac, cid=cid, signal=integer(tower, 2))
        for tower in towers
        if (lac := read(tower, 0)) is not None and (cid := read(tower, 1)) is not None
    ]
    return (tuple(cells) if len(cells) == count else None), end


def _after_no_cells(fields: list[str]) -> int:
    """Without cells some watches still write advance, MCC and MNC, others go straight on to Wi-Fi."""
    straight, _ = _read_access_points(fields, 1)
    return 1 if straight or len(fields) < 5 else 4


def _read_access_points(fields: list[str], at: int) -> tuple[tuple[AccessPoint, ...] | None, int]:
    count = integer(fields, at) if filled(fields, at) else 0
    at += 1
    if count is None or not 0 <= count <= _MOST:
        return None, at
    found: list[AccessPoint] = []
    for _ in range(count):
        mac_at = _next_mac(fields, at + 1)
        if mac_at is None:
            return None, at
        if _MAC.match(fields[mac_at]):
            name = ",".join(fields[at:mac_at])
            found.append(AccessPoint(mac=fields[mac_at].lower(), name=name, signal_dbm=integer(fields, mac_at + 1)))
        at = mac_at + 2
    return tuple(found), at


def _next_mac(fields: list[str], at: int) -> int | None:
    """A network's name may hold commas, so the address after it is what is looked for; `0` is an absent one."""
    for place in range(at, min(at + _MOST, len(fields))):
        absent = fields[place] == "0" and integer(fields, place + 1) is not None
        if absent or _MAC.match(fields[place]):
            return place
    return None


def _accuracy(fields: list[str], at: int) -> float | None:
    """Zero metres is how these watches say that they do not know."""
    metres = decimal(fields, at)
    return metres if metres is not None and 0 < metres <= _FARTHEST else None
