"""Every sentence, in every language, with the same words to fill in."""

from __future__ import annotations

import re
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.descriptor import EnumDescriptor

from eldercare.device.v1 import events_pb2 as device_events
from eldercare.event.v1.event_pb2 import event
from eldercare.notify.v1 import events_pb2
from eldercare.notify.v1.message_pb2 import AnswerKind, Channel
from eldercare.order.v1 import events_pb2 as order_events
from eldercare.order.v1.incident_pb2 import Outcome
from eldercare.payment.v1 import events_pb2 as payment_events
from notify_service.message.domain import Template
from notify_service.text import catalogue
from notify_service.text.catalogue import LANGUAGES, WORDS, Reader, supported
from notify_service.timeline.lines import LINES
from notify_service.timeline.use_cases import ALARM

PARAMS = {
    "number": "I-0427", "kind": "sos_press", "elder": "persons/1", "who": "persons/2", "outcome": "mis_touch",
    "alarm_time": "2026-03-02T08:15:00+00:00", "deadline_time": "2026-03-02T09:00:00+00:00",
    "code": "042731", "confirm_time": "2026-03-04T09:00:00+00:00", "minutes": "45", "price_amount": "4500 CNY",
    "voucher_amount": "3000 CNY", "secure_amount": "1500 CNY", "claim_amount": "0 CNY", "party": "desk",
    "reason": "deadline_passed", "item": "urgent-visit", "workers": "3", "proof": "position",
    "hand_over": "safe", "providers": "2",
    "steps": "3", "channel": "sms", "template": "alarm_raised", "answer": "on_my_way",
}  # fmt: skip
STORY = {"incident", "order", "alarm", "task"}
OWN = [f"eldercare.notify.v1.{name}" for name in events_pb2.DESCRIPTOR.message_types_by_name]
TYPES = [*(message.DESCRIPTOR.full_name for message in LINES), ALARM, *OWN]


def reader(language: str) -> Reader:
    names = {"persons/1": "文奶奶", "persons/2": "陶护工"}
    return Reader(language=language, zone=ZoneInfo("Asia/Shanghai"), names=names)


def fields(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


@pytest.mark.parametrize("template", sorted(catalogue.catalogue("en")["message"]))
@pytest.mark.parametrize("channel", ["sms", "voice"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_has_words_for_every_code(language: str, channel: str, template: str) -> None:
    sentence = catalogue.message(template, channel, PARAMS, reader(language))
    assert sentence.subject
    assert not re.search(r"[{}]|_|persons/|sos_press", sentence.subject + sentence.text)
    entry = catalogue.catalogue(language)["message"][template]
    assert fields(entry["text"]) | fields(entry["subject"]) <= PARAMS.keys()


@pytest.mark.parametrize("type_name", TYPES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_has_a_line(language: str, type_name: str) -> None:
    assert type_name in catalogue.catalogue(language)["timeline"]
    line = catalogue.timeline(type_name, PARAMS, reader(language))
    assert line
    assert not re.search(r"[{}]|eldercare\.|persons/", line)


def test_every_published_fact_of_an_incident_an_order_or_a_task_has_a_line() -> None:
    """What stays at home may have none: a provider's own system hears it, at the moment of a fact that has one."""
    found = {
        message.full_name
        for events in (device_events, order_events, payment_events)
        for message in events.DESCRIPTOR.message_types_by_name.values()
        if STORY & set(message.fields_by_name) and not message.GetOptions().Extensions[event].journal_only
    }
    assert found == set(TYPES) - set(OWN)


def test_all_languages_say_the_same_things() -> None:
    chinese, english = (catalogue.catalogue(language) for language in LANGUAGES)
    for section in (*WORDS, "name", "timeline", "message"):
        assert chinese[section].keys() == english[section].keys(), section
    for template, entry in english["message"].items():
        for part, text in entry.items():
            assert fields(text) == fields(chinese["message"][template][part]), (template, part)
    for type_name, text in english["timeline"].items():
        assert fields(text) == fields(chinese["timeline"][type_name]), type_name


@pytest.mark.parametrize(("enum", "section"), [(Outcome, "outcome"), (AnswerKind, "answer"), (Channel, "channel")])
def test_every_code_of_the_contract_has_a_word(enum: EnumDescriptor, section: str) -> None:
    names = [value.name for value in enum.DESCRIPTOR.values if value.number]  # type: ignore[attr-defined]
    prefix = {"outcome": "OUTCOME_", "answer": "ANSWER_KIND_", "channel": "CHANNEL_"}[section]
    assert {name.removeprefix(prefix).lower() for name in names} == set(catalogue.catalogue("en")[section])


def test_every_template_in_use_is_in_the_catalogue_and_has_a_word() -> None:
    assert set(Template) == set(catalogue.catalogue("en")["message"]) - {"unknown"}
    assert set(Template) == set(catalogue.catalogue("en")["template"])


def test_times_are_told_in_the_regions_own_zone_and_money_with_its_fen() -> None:
    text = catalogue.message("service_completed", "sms", PARAMS, reader("en")).text
    assert "45.00 CNY" in text
    assert "17:00" in text


def test_a_message_of_a_later_release_still_says_something() -> None:
    sentence = catalogue.message("something_new", "sms", {"number": "I-1", "elder": "persons/1"}, reader("zh-CN"))
    assert "I-1" in sentence.text
    assert "文奶奶" in sentence.text


@pytest.mark.parametrize(
    ("asked", "given"), [("en-GB", "en"), ("zh", "zh-CN"), ("zh-TW", "zh-CN"), ("fr", "zh-CN"), ("", "zh-CN")]
)
def test_the_nearest_language_is_spoken(asked: str, given: str) -> None:
    assert supported(asked) == given
