"""Streams are counted and on threads of their own; who does not read is cut off, and everybody's token ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.protobuf.empty_pb2 import Empty

from chassis.clock import wall_now
from chassis.rpc.streams import Streams, TooManyStreams

SOMEBODY, OTHER = "providers/made-up", "providers/other"


def for_ever() -> Iterator[Empty | None]:
    while True:
        yield Empty()


def nobody_cuts() -> None:
    pytest.fail("cut although it was read")


def test_one_caller_and_all_together_hold_so_many_and_no_more() -> None:
    streams = Streams(most=3, of_one=2)
    with streams.admitted(SOMEBODY, nobody_cuts), streams.admitted(SOMEBODY, nobody_cuts):
        with pytest.raises(TooManyStreams), streams.admitted(SOMEBODY, nobody_cuts):
            pass
        with (
            streams.admitted(OTHER, nobody_cuts),
            pytest.raises(TooManyStreams),
            streams.admitted("providers/third", nobody_cuts),
        ):
            pass
        with streams.admitted(OTHER, nobody_cuts):
            pass


def test_who_does_not_take_what_was_handed_over_is_cut_and_who_waits_for_news_is_not() -> None:
    streams, cut = Streams(unread_s=0.0), list[str]()
    with (
        streams.admitted(SOMEBODY, lambda: cut.append(SOMEBODY)) as unread,
        streams.admitted(OTHER, nobody_cuts) as waiting,
    ):
        told = streams.carry(unread, for_ever(), until=0, alive=lambda: True)
        next(told)
        assert waiting.handed_at is None
        assert streams.cut_unread() == 1
    assert cut == [SOMEBODY]


def test_nothing_is_told_after_the_last_second_of_a_token_after_a_stop_or_to_who_has_left() -> None:
    now, streams = int(wall_now().timestamp()), Streams()
    with streams.admitted(SOMEBODY, nobody_cuts) as stream:
        assert list(streams.carry(stream, for_ever(), until=now - 1, alive=lambda: True)) == []
        assert list(streams.carry(stream, for_ever(), until=now + 60, alive=lambda: False)) == []
        open_one = streams.carry(stream, for_ever(), until=now + 60, alive=lambda: True)
        assert next(open_one) == Empty()
        streams.stop()
        assert list(open_one) == []
