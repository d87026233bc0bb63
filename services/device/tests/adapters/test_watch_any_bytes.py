"""Whatever arrives, the only exception is DecodeError, and nothing is lost between frame and garbage."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from device_service.adapters.contract import Command, DecodeError, Line, SessionState
from device_service.adapters.events import Alarm, Media
from device_service.adapters.record import to_record
from device_service.adapters.watch import ADAPTER
from device_service.adapters.watch.media import escape, unescape
from suite.simulated_watch import Around, Fix, SimulatedWatch, Wifi

NEW = SessionState()
AT = datetime(2026, 3, 5, 6, 7, 8, tzinfo=UTC)
GOLDEN = [
    json.loads(row)["send"].encode("utf-8")
    for row in (Path(__file__).parent / "vectors/watch.jsonl").read_text("utf-8").splitlines()
]
LINES = st.sampled_from(list(Line))
SHREDS = st.sampled_from([b"[", b"]", b"*", b",", b"}", b"-", b"\xff", b"0", b"A", b"[3G*7031234567*", b"99999999999"])


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Golden frames with bytes overwritten, cut out, doubled and mixed."""
    data = bytearray(b"".join(draw(st.lists(st.sampled_from(GOLDEN), min_size=1, max_size=3))))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.integers(0, 6))
        data[at : at + length] = draw(SHREDS | st.binary(max_size=6))
    return bytes(data)


@settings(deadline=None)
@given(data=mutated(), line=LINES)
def test_damaged_frames_raise_nothing_but_a_refusal(data: bytes, line: Line) -> None:
    framed = ADAPTER.frame(data, NEW, line)
    for frame in framed.frames:
        decode_or_refuse(frame)
    decode_or_refuse(data)


@settings(deadline=None)
@given(data=st.binary(max_size=300), line=LINES)
def test_arbitrary_bytes_raise_nothing_but_a_refusal(data: bytes, line: Line) -> None:
    ADAPTER.frame(data, NEW, line)
    decode_or_refuse(data)
    decode_or_refuse(b"[3G*7031234567*" + data)


@settings(deadline=None)
@given(data=mutated(), cuts=st.lists(st.integers(0, 1000), max_size=4))
def test_where_the_line_cuts_a_damaged_stream_does_not_matter(data: bytes, cuts: list[int]) -> None:
    whole = ADAPTER.frame(data, NEW)
    frames: list[bytes] = []
    rest = b""
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, stop in pairwise(places):
        framed = ADAPTER.frame(rest + data[start:stop], NEW)
        frames += framed.frames
        rest = framed.rest
    assert (tuple(frames), rest) == (whole.frames, whole.rest)


@settings(deadline=None)
@given(data=mutated(), line=LINES)
def test_every_byte_is_in_a_frame_in_the_rest_or_kept_as_garbage(data: bytes, line: Line) -> None:
    framed = ADAPTER.frame(data, NEW, line)
    kept = [*framed.frames, framed.rest, *(stretch.data for stretch in framed.garbage)]
    shed = len(data) - sum(len(piece) for piece in kept)
    assert 0 <= shed <= sum(data.count(manner) for manner in (b"\r", b"\n", b"\0", b" "))


@settings(deadline=None)
@given(word=st.integers(0, 2**32 - 1), name=st.text(max_size=12), fixed=st.booleans())
def test_each_set_alarm_bit_is_one_alarm_whatever_the_neighbours_networks_are_called(
    word: int, name: str, *, fixed: bool
) -> None:
    watch = SimulatedWatch(number="7031234567")
    around = Around(wifi=(Wifi(name=name, mac="a4:11:22:33:44:55"),))
    sent = watch.alarm(word, Fix(lat=31.2, lon=121.4) if fixed else None, AT, around=around)
    (frame,) = ADAPTER.frame(sent, NEW).frames
    alarms = [event for event in ADAPTER.decode(frame, NEW, AT).events if isinstance(event.body, Alarm)]
    assert len(alarms) == max((word >> 16).bit_count(), 1)
    assert {event.quality for event in alarms} == {"valid"}


@settings(deadline=None)
@given(lat=st.floats(-90, 90), lon=st.floats(-180, 180))
def test_a_position_is_read_where_the_watch_was(lat: float, lon: float) -> None:
    sent = SimulatedWatch(number="7031234567").position(Fix(lat=lat, lon=lon), AT)
    location = to_record(ADAPTER.decode(sent, NEW, AT).events[0])["body"]
    if round(lat, 6) == 0 and round(lon, 6) == 0:
        assert location["position"] is None
    else:
        assert abs(location["position"]["lat"] - lat) < 1e-6
        assert abs(location["position"]["lon"] - lon) < 1e-6


@settings(deadline=None)
@given(recording=st.binary(min_size=2, max_size=400))
def test_a_recording_arrives_byte_for_byte_both_ways(recording: bytes) -> None:
    assert unescape(escape(recording)) == (recording, ())
    known = SessionState(identity="7031234567", dialect={"maker": "3G"})
    for sent in (
        SimulatedWatch(number="7031234567").voice(recording),
        ADAPTER.encode(Command(name="play_voice", args={"audio": recording}), known),
    ):
        (frame,) = ADAPTER.frame(sent, NEW).frames
        (event,) = ADAPTER.decode(frame, NEW, AT).events
        assert isinstance(event.body, Media)
        assert event.body.data == recording


def decode_or_refuse(frame: bytes) -> None:
    try:
        decoded = ADAPTER.decode(frame, NEW, AT)
    except DecodeError as refused:
        reason = refused.reason
    else:
        reason = ""
        assert decoded.events
        assert decoded == ADAPTER.decode(frame, NEW, AT)
        json.dumps([to_record(event) for event in decoded.events])
    assert reason in {"", "FRAME_UNREADABLE", "IDENTITY_UNREADABLE"}
