"""Names are asked for once in a while, each reader for themselves."""

from __future__ import annotations

import pytest

from gateway_service import names as module
from gateway_service.names import GOOD_FOR_S, KEPT, NAMELESS_FOR_S, Names


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_000.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    return now


def test_what_one_reader_was_told_no_other_reader_learns(clock: list[float]) -> None:
    names = Names()
    names.keep("persons/lan", "incidents/1", "persons/mei", "Mei")
    assert names.known("persons/lan", "incidents/1", "persons/mei") == "Mei"
    assert names.known("persons/stranger", "incidents/1", "persons/mei") is None
    assert names.known("persons/lan", "incidents/2", "persons/mei") is None


def test_a_name_is_asked_for_again_and_that_there_is_none_sooner(clock: list[float]) -> None:
    names = Names()
    names.keep("persons/lan", "", "persons/mei", "Mei")
    names.keep("persons/lan", "", "persons/bo", "")
    assert names.known("persons/lan", "", "persons/bo") == ""
    clock[0] += NAMELESS_FOR_S
    assert names.known("persons/lan", "", "persons/bo") is None
    clock[0] += GOOD_FOR_S
    assert names.known("persons/lan", "", "persons/mei") is None


def test_it_holds_so_many_and_no_more() -> None:
    names = Names()
    for number in range(KEPT + 1):
        names.keep("persons/lan", "", f"persons/{number}", "somebody")
    assert names.known("persons/lan", "", "persons/0") is None
    assert names.known("persons/lan", "", f"persons/{KEPT}") == "somebody"
