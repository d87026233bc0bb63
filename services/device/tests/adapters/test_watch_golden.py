"""Each row of vectors/watch.jsonl: what a watch sent, what it means, what it is answered."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from device_service.adapters.alarm_kinds import ALARM_KINDS
from device_service.adapters.contract import Decoded, DecodeError, Line, SessionState
from device_service.adapters.record import to_record
from device_service.adapters.watch import ADAPTER

ROWS = [json.loads(line) for line in (Path(__file__).parent / "vectors/watch.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_a_watch_is_understood_as_its_protocol_says(row: dict[str, Any]) -> None:
    if "refused" in row:
        with pytest.raises(DecodeError) as refused:
            decode(row)
        assert refused.value.reason == row["refused"]
        return
    decoded = decode(row)
    records = [to_record(event) for event in decoded.events]
    assert [record["kind"] for record in records] == [event["kind"] for event in row["events"]]
    for record, expected in zip(records, row["events"], strict=True):
        assert_holds(record, expected, expected["kind"])
    assert [reply.decode() for reply in decoded.replies] == row["replies"]


def test_every_alarm_the_manifest_promises_has_a_golden_row() -> None:
    promised = {kind.value for kind in ALARM_KINDS} & ADAPTER.manifest.capabilities
    told = {
        event["body"]["alarm"] for row in ROWS for event in row.get("events", ()) if "alarm" in event.get("body", {})
    }
    assert told == promised


def test_decoding_the_same_frame_again_gives_the_same_events() -> None:
    for row in ROWS:
        if "refused" not in row:
            assert decode(row) == decode(row)


def decode(row: dict[str, Any]) -> Decoded:
    state = SessionState(options=row.get("options", {}))
    framed = ADAPTER.frame(row["send"].encode("utf-8"), state, Line.IDLE)
    assert len(framed.frames) == 1
    assert framed.rest == b""
    return ADAPTER.decode(framed.frames[0], state, datetime.fromisoformat(row["received_at"]))


def assert_holds(found: Any, expected: Any, path: str) -> None:
    """Everything expected is there; what the row does not mention is free."""
    if isinstance(expected, dict) and expected:
        assert isinstance(found, dict), path
        for name, value in expected.items():
            assert_holds(found.get(name), value, f"{path}.{name}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), path
        for place, value in enumerate(expected):
            assert_holds(found[place], value, f"{path}[{place}]")
    else:
        assert found == expected, path
