"""What we say to a watch arrives as it was meant, and nothing a person typed can break a frame."""

import pytest

from device_service.adapters.contract import Command, CommandArgument, DecodeError, Line, SessionState
from device_service.adapters.events import CommandResult, Media
from device_service.adapters.watch import ADAPTER
from services.device.tests.adapters.conftest import RECEIVED, Hear
from suite.simulated_watch import SimulatedWatch, answers

Args = dict[str, CommandArgument]
KNOWN = SessionState(identity="7031234567", dialect={"maker": "3G", "indexed": ""})

SAID: list[tuple[str, Args, bytes]] = [
    ("locate", {}, b"CR"),
    ("report_interval", {"seconds": 600}, b"UPLOAD,600"),
    ("sos_numbers", {"numbers": ("10000000001", "10000000002", "10000000003")},
     b"SOS,10000000001,10000000002,10000000003"),
    ("sos_number", {"slot": 2, "number": "10000000002"}, b"SOS2,10000000002"),
    ("fall_detection", {"enabled": True, "call": True}, b"FALLDOWN,1,1"),
    ("fall_sensitivity", {"level": 3}, b"LSSET,3+6"),
    ("fall_sensitivity", {"level": 5, "levels": 8}, b"LSSET,5+8"),
    ("heart_rate_interval", {"seconds": 300}, b"hrtstart,300"),
    ("heart_rate_stop", {}, b"hrtstop"),
    ("measure_blood_pressure", {}, b"bphrt"),
    ("measure_oxygen", {}, b"oxygen"),
    ("find", {}, b"FIND"),
    ("listen_in", {"number": "10000000001"}, b"MONITOR,10000000001"),
    ("restart", {}, b"RESET"),
    ("power_off", {}, b"POWEROFF"),
    ("language_and_zone", {"language": 1, "zone": "+8"}, b"LZ,1,+8"),
    ("show_text", {"text": "吃药"}, b"MESSAGE,5403836F"),
    ("play_voice", {"audio": b"#!AMR\n}[],*"}, b"TK,#!AMR\n}\x01}\x02}\x03}\x04}\x05"),
    ("phonebook", {"entries": ("10000000001", "女儿")}, b"PHB,10000000001,5973513F"),
    ("reminders", {"reminders": ("08:10-1-2", "20:00-1-3-0111110")}, b"REMIND,08:10-1-2,20:00-1-3-0111110"),
    ("sos_sms", {"enabled": False}, b"SOSSMS,0"),
    ("low_battery_sms", {"enabled": True}, b"LOWBAT,1"),
    ("taken_off_alarm", {"enabled": True}, b"REMOVE,1"),
    ("server", {"host": "watch.example", "port": 5093}, b"IP,watch.example,5093"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "content"), SAID, ids=[f"{name} {said!r}" for name, _, said in SAID])
def test_a_command_becomes_the_words_the_watch_knows(name: str, args: Args, content: bytes) -> None:
    said = ADAPTER.encode(Command(name=name, args=args), KNOWN)
    assert said == b"[3G*7031234567*%04X*%s]" % (len(content), content)


@pytest.mark.parametrize(("name", "args", "content"), SAID, ids=[f"{name} {said!r}" for name, _, said in SAID])
def test_a_command_survives_the_way_there(name: str, args: Args, content: bytes) -> None:
    """Encoded, framed and taken apart again it names the same command, or is the recording that was sent."""
    framed = ADAPTER.frame(ADAPTER.encode(Command(name=name, args=args), KNOWN), KNOWN, Line.OPEN)
    assert framed.rest == b""
    (event,) = ADAPTER.decode(framed.frames[0], KNOWN, RECEIVED).events
    if isinstance(event.body, Media):
        assert event.body.data == args["audio"]
    else:
        assert isinstance(event.body, CommandResult)
        assert event.body.command == name


def test_every_command_of_the_manifest_is_tried_here() -> None:
    assert {name for name, _, _ in SAID} == {spec.name for spec in ADAPTER.manifest.commands}


def test_a_watch_that_numbers_its_messages_is_spoken_to_with_a_number(hear: Hear) -> None:
    numbered = SimulatedWatch(number="861234567890127", maker="ZJ", index=0x36)
    (heard,) = hear(numbered.lk())
    assert ADAPTER.encode(Command(name="locate"), heard.session) == b"[ZJ*861234567890127*0001*0002*CR]"


def test_a_watch_that_confirms_is_believed_and_not_answered(watch: SimulatedWatch, hear: Hear) -> None:
    (heard,) = hear(watch.confirm("UPLOAD"))
    assert heard.events[0].body == CommandResult(command="report_interval")
    assert heard.replies == ()


def test_the_answer_to_an_alarm_is_what_the_watch_waits_for(watch: SimulatedWatch, hear: Hear) -> None:
    (heard,) = hear(watch.alarm(0x10000, None, RECEIVED))
    assert [answers(reply) for reply in heard.replies] == [["AL"]]


@pytest.mark.parametrize(
    ("name", "args", "reason"),
    [
        ("dance", {}, "COMMAND_NOT_KNOWN"),
        ("locate", {"speed": 3}, "COMMAND_ARGUMENT_WRONG"),
        ("report_interval", {}, "COMMAND_ARGUMENT_WRONG"),
        ("report_interval", {"seconds": 5}, "COMMAND_ARGUMENT_WRONG"),
        ("report_interval", {"seconds": True}, "COMMAND_ARGUMENT_WRONG"),
        ("sos_number", {"slot": 4, "number": "10000000001"}, "COMMAND_ARGUMENT_WRONG"),
        ("sos_number", {"slot": 1, "number": "110]["}, "COMMAND_ARGUMENT_WRONG"),
        ("sos_numbers", {"numbers": ()}, "COMMAND_ARGUMENT_WRONG"),
        ("server", {"host": "a,b", "port": 1}, "COMMAND_ARGUMENT_WRONG"),
        ("server", {"host": "a]b", "port": 1}, "COMMAND_ARGUMENT_WRONG"),
        ("server", {"host": "a*b", "port": 1}, "COMMAND_ARGUMENT_WRONG"),
        ("reminders", {"reminders": ("08:10\r\n",)}, "COMMAND_ARGUMENT_WRONG"),
        ("phonebook", {"entries": ("10000000001",)}, "COMMAND_ARGUMENT_WRONG"),
        ("show_text", {"text": ""}, "COMMAND_ARGUMENT_WRONG"),
        ("play_voice", {"audio": b""}, "COMMAND_ARGUMENT_WRONG"),
        ("play_voice", {"audio": b"v" * 70_000}, "COMMAND_TOO_LONG"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused_by_name(name: str, args: Args, reason: str) -> None:
    with pytest.raises(DecodeError) as refused:
        ADAPTER.encode(Command(name=name, args=args), KNOWN)
    assert refused.value.reason == reason


def test_nothing_is_sent_to_a_watch_that_has_not_said_its_number() -> None:
    with pytest.raises(DecodeError) as refused:
        ADAPTER.encode(Command(name="locate"), SessionState())
    assert refused.value.reason == "SESSION_UNIDENTIFIED"


def test_listening_in_needs_the_wearers_consent() -> None:
    assert {spec.name for spec in ADAPTER.manifest.commands if spec.consent} == {"listen_in"}
