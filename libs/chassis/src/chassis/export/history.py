"""The journal as a part: how everything came about, fact by fact, each aggregate's chain in its order."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from google.protobuf.json_format import MessageToDict

from chassis.export.part import Part, in_region
from chassis.export.shape import INTEGER, OBJECT, TEXT, TIME, Row
from chassis.journal import decode
from chassis.seal import Seals
from chassis.work import Work


def history_part(service: str) -> Part:
    return Part(
        noun=f"{service}_facts",
        shape={
            "id": TEXT,
            "time": TIME,
            "type": TEXT,
            "aggregate": TEXT,
            "sequence": INTEGER,
            "correlation": TEXT,
            "causation": TEXT,
            "actor": TEXT,
            "region": TEXT,
            "person": TEXT,
            "rule": TEXT,
            "data": OBJECT,
            "body": TEXT,
            "previous_hash": TEXT,
            "hash": TEXT,
        },
        rows="""id, time, type, aggregate, sequence, correlation, causation, actor, region, person, rule, data AS bytes,
                encode(previous_hash, 'hex') AS previous_hash,
                encode(hash, 'hex') AS hash FROM events""",
        key={"aggregate": "text", "sequence": "bigint"},
        sorted_by=("aggregate", "sequence"),
        older="time < %(until)s",
        selectors={"region": in_region("region"), "person": "person = %(person)s"},
        time="time",
        counted_in="aggregate",
        counter="sequence",
        opened=_read,
    )


def _read(_: Work, __: Seals, rows: Sequence[Row]) -> Sequence[Row]:
    return [{**row, "data": _plain(row), "body": b64encode(row["bytes"]).decode()} for row in rows]


def _plain(row: Row) -> dict[str, Any]:
    """Empty for a type this release does not know; its bytes are there all the same."""
    try:
        return MessageToDict(decode(row["type"], row["bytes"]), preserving_proto_field_name=True)
    except (KeyError, ModuleNotFoundError):
        return {}
