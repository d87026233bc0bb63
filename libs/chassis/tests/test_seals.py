"""What is sealed opens in its own place only; keys rotate; a destroyed key erases its subject."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.seal import Seals, Unsealable
from chassis.subject_keys import SubjectErased, destroy, keys_for, open_for, seal_for
from suite.testing import TestDatabase

SEALS = Seals.generate()
PERSON, OTHER = "persons/made-up-1", "persons/made-up-2"


@given(plain=st.binary(max_size=200), place=st.text(max_size=50))
def test_what_was_sealed_opens_again(plain: bytes, place: str) -> None:
    assert SEALS.open(SEALS.seal(plain, place=place), place=place) == plain


def test_a_seal_moved_to_another_row_does_not_open() -> None:
    sealed = SEALS.seal(b"secret", place="addressees.name:persons/1")
    with pytest.raises(Unsealable):
        SEALS.open(sealed, place="addressees.name:persons/2")


@given(sealed=st.binary(max_size=80))
def test_any_bytes_are_refused_by_name(sealed: bytes) -> None:
    with pytest.raises(Unsealable):
        SEALS.open(sealed, place="x")


@given(position=st.integers(0, 38))
def test_an_altered_seal_does_not_open(position: int) -> None:
    sealed = bytearray(SEALS.seal(b"secret!", place="x"))
    sealed[position] ^= 1
    with pytest.raises(Unsealable):
        SEALS.open(bytes(sealed), place="x")


def test_after_a_key_is_changed_old_seals_open_as_long_as_their_key_is_kept() -> None:
    fresh = Seals.generate()
    both = Seals({**SEALS.keys, **fresh.keys}, fresh.current, SEALS.index_key)
    old = SEALS.seal(b"secret", place="x")
    assert both.open(old, place="x") == b"secret"
    assert fresh.open(both.seal(b"anew", place="x"), place="x") == b"anew"
    with pytest.raises(Unsealable):
        fresh.open(old, place="x")


def test_keys_are_the_same_after_they_were_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "seals"
    path.write_text(SEALS.dump())
    assert Seals.load(path) == SEALS


def test_an_index_finds_equal_values_of_one_field_only() -> None:
    assert SEALS.blind(b"1", field="phone") == SEALS.blind(b"1", field="phone")
    assert SEALS.blind(b"1", field="phone") != SEALS.blind(b"1", field="login")
    assert SEALS.blind(b"1", field="phone") != Seals.generate().blind(b"1", field="phone")


def test_a_subjects_seal_opens_until_the_subject_is_erased(db: TestDatabase) -> None:
    with db.work() as work:
        sealed = seal_for(work, SEALS, subject=PERSON, plain=b"secret", place="x")
        kept = seal_for(work, SEALS, subject=OTHER, plain=b"other", place="x")
    with db.work() as work:
        assert open_for(work, SEALS, subject=PERSON, sealed=sealed, place="x") == b"secret"
        destroy(work, PERSON)
    with db.work() as work:
        with pytest.raises(SubjectErased):
            open_for(work, SEALS, subject=PERSON, sealed=sealed, place="x")
        with pytest.raises(SubjectErased):
            seal_for(work, SEALS, subject=PERSON, plain=b"again", place="x")
        assert open_for(work, SEALS, subject=OTHER, sealed=kept, place="x") == b"other"
        assert set(keys_for(work, SEALS, [PERSON, OTHER, "persons/new"])) == {OTHER, "persons/new"}


def test_a_subject_is_erased_once_also_one_that_was_never_known(db: TestDatabase) -> None:
    for _ in range(2):
        with db.work() as work:
            destroy(work, PERSON)
    (row,) = db.rows("SELECT wrapped FROM subject_keys WHERE subject = %s", PERSON)
    assert row["wrapped"] is None


def test_one_subjects_seal_does_not_open_with_anothers_key(db: TestDatabase) -> None:
    with db.work() as work:
        sealed = seal_for(work, SEALS, subject=PERSON, plain=b"secret", place="x")
        seal_for(work, SEALS, subject=OTHER, plain=b"other", place="x")
        with pytest.raises(Unsealable):
            open_for(work, SEALS, subject=OTHER, sealed=sealed, place="x")


def test_keys_swapped_between_subjects_in_the_table_do_not_open(db: TestDatabase) -> None:
    with db.work() as work:
        sealed = seal_for(work, SEALS, subject=PERSON, plain=b"secret", place="x")
        seal_for(work, SEALS, subject=OTHER, plain=b"other", place="x")
        work.run("UPDATE subject_keys SET wrapped = (SELECT wrapped FROM subject_keys WHERE subject = %s)", [OTHER])
        with pytest.raises(Unsealable):
            open_for(work, SEALS, subject=PERSON, sealed=sealed, place="x")
