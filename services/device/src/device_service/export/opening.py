"""Sealed bytes as they leave in an export: opened where the key still exists, marked where it was destroyed."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from chassis.export.shape import Row, moment
from chassis.seal import Seals
from chassis.work import Work
from device_service.frame.sealing import Keys, read_position


def open_frames(work: Work, seals: Seals, rows: Sequence[Row]) -> Sequence[Row]:
    keys = _keys(work, seals, rows)
    return [{**row, **_frame(keys, row)} for row in rows]


def open_positions(work: Work, seals: Seals, rows: Sequence[Row]) -> Sequence[Row]:
    keys = _keys(work, seals, rows)
    return [{**row, **_position(keys, row)} for row in rows]


def _keys(work: Work, seals: Seals, rows: Sequence[Row]) -> Keys:
    return Keys(work, seals, {row["person"] for row in rows if row["sealed"] is not None})


def _frame(keys: Keys, row: Row) -> dict[str, Any]:
    if not keys.has(row["person"]):
        return {"data": None, "erased": True}
    plain = keys.open(row["sealed"], person=row["person"], place=f"frames.sealed:{row['id']}")
    return {"data": b64encode(plain).decode(), "erased": False}


def _position(keys: Keys, row: Row) -> dict[str, Any]:
    if row["sealed"] is None:
        return {"position": None, "erased": False}
    if not keys.has(row["person"]):
        return {"position": None, "erased": True}
    plain = keys.open(row["sealed"], person=row["person"], place=f"alarms.position:{row['name']}")
    position = read_position(plain)
    return {"position": position | {"fix_time": moment(position["fix_time"])}, "erased": False}
