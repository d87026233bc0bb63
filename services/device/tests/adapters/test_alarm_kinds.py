"""Which alarms there are, how urgent they are, and whether a person or a device is in trouble."""

import re

import pytest

from device_service.adapters.alarm_kinds import ALARM_KINDS, AlarmKind, Subject, most_urgent_first, spec_of


def test_every_kind_is_in_the_table() -> None:
    assert set(ALARM_KINDS) == set(AlarmKind)


def test_no_two_kinds_are_equally_urgent() -> None:
    assert len({spec.urgency for spec in ALARM_KINDS.values()}) == len(ALARM_KINDS)


@pytest.mark.parametrize("kind", list(AlarmKind))
def test_scaip_codes_have_the_length_the_standard_asks_for(kind: AlarmKind) -> None:
    spec = ALARM_KINDS[kind]
    assert re.fullmatch(r"[0-9]{4}", spec.status_code)
    assert spec.device_type is None or re.fullmatch(r"[0-9]{4}", spec.device_type)
    assert spec.location_code is None or re.fullmatch(r"[0-9]{3}", spec.location_code)


def test_an_sos_is_a_manual_alarm_of_a_personal_trigger() -> None:
    assert (spec_of("sos_press").device_type, spec_of("sos_press").status_code) == ("0003", "0010")


def test_a_fall_is_an_automatic_alarm_of_a_fall_detector() -> None:
    assert (spec_of("fall").device_type, spec_of("fall").status_code) == ("0005", "0009")


@pytest.mark.parametrize("kind", ["sos_press", "fall", "geofence_exit", "generic_alarm", "unrecognised"])
def test_a_person_in_trouble_becomes_an_incident(kind: str) -> None:
    assert spec_of(kind).subject is Subject.PERSON


@pytest.mark.parametrize("kind", ["low_power", "taken_off", "device_fault", "tamper", "link_lost"])
def test_a_device_in_trouble_becomes_a_maintenance_task(kind: str) -> None:
    assert spec_of(kind).subject is Subject.DEVICE


def test_a_kind_from_a_newer_adapter_is_treated_as_a_person_in_trouble() -> None:
    assert spec_of("kind_of_next_year").subject is Subject.PERSON


def test_an_sos_outranks_everything() -> None:
    kinds = [AlarmKind.LOW_POWER, AlarmKind.UNRECOGNISED, AlarmKind.FALL, AlarmKind.SOS_PRESS]
    assert most_urgent_first(kinds) == ("sos_press", "fall", "unrecognised", "low_power")
