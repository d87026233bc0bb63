"""A box's signing keys are replaced one at a time, and the one that signs is never taken away."""

from __future__ import annotations

from pathlib import Path

import pytest

from chassis.identity import CallerUnknown, Identity
from suite.box.keys import KeyUnknown, ensure_keys, retire_key, rotate_key

GRANNY = "persons/00000000-0000-7000-8000-000000000001"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    ensure_keys(tmp_path, ["people", "order"])
    return tmp_path


def identity(keys: Path, service: str) -> Identity:
    return Identity.load(service, keys / f"{service}.key", keys / "trusted.json")


def test_a_token_of_before_and_one_of_after_are_both_good_until_the_old_key_is_retired(keys: Path) -> None:
    before = identity(keys, "people").vouch(GRANNY, ["elder"])
    assert [rotate_key(keys, "people"), rotate_key(keys, "people")] == ["services/people#2", "services/people#3"]
    after = identity(keys, "people").vouch(GRANNY, ["elder"])
    order = identity(keys, "order")
    assert [order.verify(token).subject for token in (before, after)] == [GRANNY, GRANNY]
    retire_key(keys, "services/people#1")
    with pytest.raises(CallerUnknown):
        identity(keys, "order").verify(before)
    assert identity(keys, "order").verify(after).subject == GRANNY


def test_the_key_that_signs_and_one_nobody_knows_cannot_be_retired(keys: Path) -> None:
    rotate_key(keys, "people")
    for kid in ("services/people#2", "services/people#9", "services/nobody#1", ""):
        with pytest.raises(KeyUnknown):
            retire_key(keys, kid)
    with pytest.raises(KeyUnknown):
        rotate_key(keys, "nobody")


def test_keys_stay_readable_by_their_owner_alone(keys: Path) -> None:
    rotate_key(keys, "people")
    assert {path.stat().st_mode & 0o077 for path in keys.glob("*.key")} == {0}
    assert not list(keys.glob("*.new"))
