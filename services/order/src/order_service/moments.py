"""Protobuf timestamps and aware UTC datetimes."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp


def moment(stamp: Timestamp) -> datetime | None:
    """An unset timestamp is none."""
    return stamp.ToDatetime(tzinfo=UTC) if stamp.seconds or stamp.nanos else None


def stamp(told: datetime | None) -> Timestamp | None:
    if told is None:
        return None
    made = Timestamp()
    made.FromDatetime(told)
    return made
