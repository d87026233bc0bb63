"""One key takes over from another while everybody stays signed in; a retired one opens nothing any more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chassis import keyfile
from chassis.identity import CallerUnknown, Identity, generate_key, generate_keys

GRANNY = "persons/00000000-0000-7000-8000-000000000001"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    private, trusted = generate_keys(["people", "order"])
    (tmp_path / "trusted.json").write_text(trusted)
    for service, key in private.items():
        (tmp_path / f"{service}.key").write_text(key)
    return tmp_path


@pytest.fixture(autouse=True)
def looked_at_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyfile, "LOOKED_AT_EVERY_S", 0.0)


def identity(keys: Path, service: str) -> Identity:
    return Identity.load(service, keys / f"{service}.key", keys / "trusted.json")


def put(path: Path, content: object) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content))
    fresh.replace(path)


def hand_over(keys: Path, kid: str) -> None:
    """Trusted first, then signed with."""
    key, trusted = generate_key(kid), json.loads((keys / "trusted.json").read_text())
    put(keys / "trusted.json", {"keys": [*trusted["keys"], key.as_dict(private=False)]})
    put(keys / "people.key", key.as_dict(private=True))


def retire(keys: Path, kid: str) -> None:
    trusted = json.loads((keys / "trusted.json").read_text())["keys"]
    put(keys / "trusted.json", {"keys": [each for each in trusted if each["kid"] != kid]})


def test_a_new_key_signs_at_once_and_tokens_of_the_old_one_stay_good(keys: Path) -> None:
    people, order = identity(keys, "people"), identity(keys, "order")
    old = people.vouch(GRANNY, ["elder"])
    assert order.verify(old).subject == GRANNY
    hand_over(keys, "services/people#2")
    new = people.vouch(GRANNY, ["elder"])
    assert people._key.kid == "services/people#2"
    assert [order.verify(each).subject for each in (old, new)] == [GRANNY, GRANNY]


def test_what_a_retired_key_signed_is_refused_even_if_it_was_seen_before(keys: Path) -> None:
    people, order = identity(keys, "people"), identity(keys, "order")
    old = people.vouch(GRANNY, ["elder"])
    order.verify(old)
    hand_over(keys, "services/people#2")
    new = people.vouch(GRANNY, ["elder"])
    retire(keys, "services/people#1")
    with pytest.raises(CallerUnknown):
        order.verify(old)
    assert order.verify(new).subject == GRANNY


def test_a_key_named_after_another_service_speaks_for_nobody(keys: Path) -> None:
    """Whoever may sign for order cannot become people by adding a number."""
    hand_over(keys, "services/order#2")
    people, order = identity(keys, "people"), identity(keys, "order")
    with pytest.raises(CallerUnknown):
        order.verify(people.vouch(GRANNY, ["elder"]))


def test_a_file_that_is_half_written_or_gone_changes_nothing(keys: Path) -> None:
    people, order = identity(keys, "people"), identity(keys, "order")
    for broken in ("{", "[]", '{"keys": 7}', '{"keys": [{"kty": "OKP"}]}'):
        (keys / "trusted.json").write_text(broken)
        assert order.verify(people.vouch(GRANNY, ["elder"])).subject == GRANNY
    (keys / "trusted.json").unlink()
    assert order.verify(people.vouch(GRANNY, ["elder"])).subject == GRANNY


def test_a_token_names_the_session_it_was_made_in_and_only_for_persons(keys: Path) -> None:
    people = identity(keys, "people")
    assert people.verify(people.vouch(GRANNY, ["elder"], session="sessions/1")).session == "sessions/1"
    assert people.verify(people.vouch("services/people", [], session="sessions/1")).session == ""
