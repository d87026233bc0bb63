"""Frames are found in whatever the line delivers, and how it was cut up never matters."""

from datetime import UTC, datetime

import pytest

from device_service.adapters.contract import Garbage, Line, SessionState
from device_service.adapters.watch import ADAPTER
from device_service.adapters.watch.framing import FRAME_TOO_LONG, NOISE
from services.device.tests.adapters.conftest import Hear
from suite.simulated_watch import Around, Fix, SimulatedWatch, Status, Tower, Wifi

NEW = SessionState()
AT = datetime(2026, 3, 5, 6, 7, 8, tzinfo=UTC)
HOME = Fix(lat=31.2304, lon=121.4737)
INDEXED = SimulatedWatch(number="861234567890127", maker="ZJ", index=0x75)
BRACKETED = Around(
    towers=(Tower(lac=40123, cid=7),),
    wifi=(Wifi(name="[Li] guest]", mac="a4:11:22:33:44:55"), Wifi(name="plain[", mac="a4:11:22:33:44:66")),
)


def frames_of(data: bytes, line: Line = Line.OPEN) -> tuple[bytes, ...]:
    return ADAPTER.frame(data, NEW, line).frames


def stream(watch: SimulatedWatch) -> list[bytes]:
    return [
        watch.lk(steps=1200, battery=70),
        watch.alarm(Status.SOS | Status.FALL, None, AT, around=BRACKETED),
        INDEXED.blood_pressure(120, 80, 66),
        watch.voice(b"#!AMR\n" + bytes(range(256))),
        INDEXED.voice_part("watch_7", 1, 2, b"}[],*" * 20),
        watch.position(HOME, AT),
    ]


def feed(pieces: list[bytes]) -> tuple[list[bytes], bytes, bytes]:
    """As a host reads: what is left over goes in front of what comes next. Blanks in garbage are not compared."""
    frames: list[bytes] = []
    garbage = rest = b""
    for piece in pieces:
        framed = ADAPTER.frame(rest + piece, NEW)
        frames += framed.frames
        garbage += b"".join(b"".join(stretch.data.split()) for stretch in framed.garbage)
        rest = framed.rest
    return frames, rest, garbage


def test_several_frames_in_one_packet_are_told_apart(watch: SimulatedWatch) -> None:
    sent = stream(watch)
    assert frames_of(b"".join(sent)) == tuple(sent)


def test_cutting_the_stream_at_any_byte_changes_nothing(watch: SimulatedWatch) -> None:
    sent = stream(watch)
    whole = b"".join(sent)
    for cut in range(len(whole) + 1):
        assert feed([whole[:cut], whole[cut:]]) == (sent, b"", b"")


def test_a_stream_arriving_byte_by_byte_is_the_same_stream(watch: SimulatedWatch) -> None:
    sent = stream(watch)
    assert feed([bytes((byte,)) for byte in b"".join(sent)]) == (sent, b"", b"")


def test_a_damaged_stream_cut_at_any_byte_is_still_the_same_stream(watch: SimulatedWatch) -> None:
    """Noise, a length too large, one too small, half a frame, then a good one."""
    sos = watch.alarm(Status.SOS, None, AT)
    damaged = b"".join(
        (
            b"GET / HTTP/1.1\r\n\r\n",
            sos.replace(b"*00", b"*0F", 1),
            b"?!",
            watch.heart(70).replace(b"*0008*", b"*0002*"),
            sos[:60],
            watch.lk(),
            b"[[[",
            watch.heart(71),
        )
    )
    expected = feed([damaged])
    assert len(expected[0]) == 5
    for cut in range(len(damaged) + 1):
        assert feed([damaged[:cut], damaged[cut:]]) == expected


def test_line_ends_between_frames_are_not_noise(watch: SimulatedWatch) -> None:
    framed = ADAPTER.frame(watch.lk() + b"\r\n" + watch.heart(70) + b"\r\n", NEW)
    assert framed.frames == (watch.lk(), watch.heart(70))
    assert framed.garbage == ()
    assert framed.rest == b""


def test_noise_before_and_between_frames_is_kept_and_named(watch: SimulatedWatch) -> None:
    framed = ADAPTER.frame(b"\x00\xffHELLO" + watch.lk() + b"[x*y]" + watch.heart(70), NEW)
    assert framed.frames == (watch.lk(), watch.heart(70))
    assert framed.garbage == (Garbage(reason=NOISE, data=b"\x00\xffHELLO"), Garbage(reason=NOISE, data=b"[x*y]"))


def test_a_wifi_name_with_brackets_does_not_end_the_frame_when_the_length_lies_too(watch: SimulatedWatch) -> None:
    balanced = Around(wifi=(Wifi(name="[Li] guest", mac="a4:11:22:33:44:55"),))
    sent = watch.alarm(Status.SOS, None, AT, around=balanced)
    lying = sent.replace(b"*00", b"*F0", 1)
    assert frames_of(lying + b"\r\n", Line.IDLE) == (lying,)


def test_a_wifi_name_dressed_as_a_frame_cannot_speak_for_another_watch(watch: SimulatedWatch) -> None:
    spoof = Around(wifi=(Wifi(name="][3G*9999999999*0002*LK", mac="a4:11:22:33:44:55"),))
    sent = watch.alarm(Status.SOS, None, AT, around=spoof)
    assert frames_of(sent) == (sent,)


def test_an_sos_with_a_length_too_large_rings_as_soon_as_the_line_is_silent(watch: SimulatedWatch) -> None:
    lying = watch.alarm(Status.SOS, None, AT).replace(b"*00", b"*F0", 1)
    assert frames_of(lying) == ()
    assert frames_of(lying, Line.IDLE) == (lying,)


def test_half_a_frame_waits_while_the_line_is_only_slow(watch: SimulatedWatch) -> None:
    half = watch.voice(b"x" * 500)[:200]
    framed = ADAPTER.frame(half, NEW, Line.IDLE)
    assert framed.frames == ()
    assert framed.rest == half


def test_half_an_alarm_is_an_alarm_once_the_line_is_gone_but_is_not_acknowledged(
    watch: SimulatedWatch, hear: Hear
) -> None:
    half = watch.alarm(Status.SOS, HOME, AT)[:-20]
    (heard,) = hear(half, line=Line.CLOSED)
    assert heard.events[0].kind == "alarm"
    assert "FRAME_CUT_OFF" in heard.events[0].reasons
    assert heard.replies == ()


def test_a_frame_cut_off_by_the_next_one_does_not_swallow_it(watch: SimulatedWatch) -> None:
    half = watch.alarm(Status.SOS, HOME, AT)[:70]
    assert frames_of(half + watch.lk()) == (half, watch.lk())


ENDLESS = [
    (b"", b"A", 160),
    (b"", b"\r\n", 160),
    (b"", b"[", 160),
    (b"[3G*7031234567*00FF*UD,", b"A", 160),
    (b"[3G*7031234567*FFFF*", b"[]A", 160),
    (b"[3G*7031234567*ZZ*", b"[", 160),
    (b"", b"[3G*1000000001*", 16),
    (b"[3G*7031234567*00FF*UD,", b"[3G*1000000001*", 16),
]


@pytest.mark.parametrize(("front", "filling", "packets"), ENDLESS)
def test_ten_megabytes_without_an_end_are_a_named_outcome_and_not_memory(
    front: bytes, filling: bytes, packets: int
) -> None:
    packet = filling * (65536 // len(filling))
    reasons: set[str] = set()
    longest = 0
    rest = front
    for _ in range(packets):
        framed = ADAPTER.frame(rest + packet, NEW)
        reasons |= {stretch.reason for stretch in framed.garbage}
        longest = max([longest, len(framed.rest), *(len(stretch.data) for stretch in framed.garbage)])
        rest = framed.rest
        assert framed.frames == ()
    assert reasons <= {NOISE, FRAME_TOO_LONG}
    assert reasons or not filling.strip()
    assert longest <= ADAPTER.manifest.max_frame


def test_ten_megabytes_in_one_piece_end_the_same_way(watch: SimulatedWatch) -> None:
    framed = ADAPTER.frame(b"[3G*7031234567*00FF*UD," + b"A" * 10_000_000 + watch.lk(), NEW)
    assert framed.garbage[0].reason == FRAME_TOO_LONG
    assert framed.frames == (watch.lk(),)


def test_the_longest_frame_the_length_field_can_tell_is_accepted() -> None:
    watch = SimulatedWatch(number="861234567890127", maker="ZJ", index=1)
    sent = watch.voice(b"v" * (0xFFFF - 3))
    assert len(sent) <= ADAPTER.manifest.max_frame
    assert frames_of(sent) == (sent,)
