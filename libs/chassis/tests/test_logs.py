"""A log line carries codes, counts and resource names; never a name, a phone or a password."""

import json
import subprocess
import sys
from typing import Any

import pytest

from libs.chassis.tests.log_canaries import NAME, PASSWORD, PHONE
from suite.testing import TestDatabase


@pytest.fixture
def said(db: TestDatabase) -> str:
    command = [sys.executable, "-m", "libs.chassis.tests.log_canaries", db.urls.app]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


def lines(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines()]


def test_no_canary_is_repeated(said: str) -> None:
    assert len(lines(said)) >= 7
    for canary in (NAME, PHONE, PHONE[1:], PASSWORD):
        assert canary not in said
        assert json.dumps(canary)[1:-1] not in said


def test_codes_counts_and_resource_names_are_printed(said: str) -> None:
    first = lines(said)[0]
    assert (first["event"], first["count"], first["order"]) == ("person.called", 3, "orders/1")
    assert (first["name"], first["phone"], first["reason"]) == ("(redacted)",) * 3
    assert {line["process"] for line in lines(said)} == {"canaries"}


def test_an_exception_says_what_and_where_and_the_databases_own_code(said: str) -> None:
    told = {line["event"]: line.get("exception", "") for line in lines(said)}
    assert "KeyError at log_canaries.py:" in told["person.lost"]
    assert "after builtins.ValueError at" in told["person.lost"]
    assert "KeyError at log_canaries.py:" in told["process.failed"]
    assert "UniqueViolation[23505][subject_keys_pkey]" in told["person.known"]


def test_a_library_keeps_its_words_without_what_it_puts_into_them(said: str) -> None:
    assert {"connected to %s", "lost %r"} <= {line.get("words") for line in lines(said)}
