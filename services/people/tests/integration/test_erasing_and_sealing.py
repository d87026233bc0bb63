"""Names, phones and homes: unreadable wherever they lie, and gone for good when a person is erased."""

from __future__ import annotations

import pytest

from chassis.refusal import NotFound
from chassis.seal import Seals, Unsealable
from chassis.subject_keys import SubjectErased, open_for
from eldercare.people.v1.events_pb2 import PersonChanged, PersonErased
from people_service.access import relate
from people_service.person import sealed_store
from people_service.person.domain import Traits
from people_service.person.identifiers import Position
from people_service.person.use_cases import erase_person, get_person
from people_service.reach import EVERYWHERE
from people_service.role import store as roles
from people_service.role.domain import Role, RoleKind
from people_service.session.domain import Credentials
from people_service.session.passwords import Passwords
from people_service.session.use_cases import SignInRefused, answer_challenge, begin_sign_in, set_password
from services.people.tests.cast import (
    DAUGHTER_WEN,
    GRANNY_WEN,
    HOME,
    LAKE,
    PLUM_GARDEN,
    UNCLE_BAI,
    elder_since,
    register,
    register_granny,
    told,
)
from suite.testing import TestDatabase

CANARY_NAME, CANARY_PHONE, CANARY_HOME = "Canary Wen", "+8655598765432", Position(latitude=30.987654, longitude=121.5)
CHEAP = Passwords(memory_kib=1_024, passes=1)
CANARIES = [CANARY_NAME, CANARY_PHONE, "9 Imagined Lane", "key safe 0000", "30.987654"]


def dump(db: TestDatabase) -> str:
    """Everything this service's role can read, journal, requests and keys included."""
    tables = db.connection.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    ).fetchall()
    rows = [
        row["line"]
        for table in tables
        for row in db.connection.execute(f'SELECT t::text AS line FROM "{table["relname"]}" t'.encode()).fetchall()  # noqa: S608
    ]
    return "\n".join(rows)


def is_readable(text: str, canary: bytes) -> bool:
    return canary.hex() in text or canary.decode("latin-1") in text


def test_the_search_itself_finds_what_lies_open(people: TestDatabase) -> None:
    text = dump(people)
    assert is_readable(text, b"Asia/Shanghai")
    assert is_readable(text, LAKE.title().encode()), "a region's name, in the journal's bytes as well"
    assert LAKE.title().encode().hex() in text


def test_no_identifier_can_be_read_in_a_dump(people: TestDatabase, seals: Seals) -> None:
    with people.work() as work:
        granny = told(GRANNY_WEN, elder_since(work.now), home=CANARY_HOME, phone=CANARY_PHONE, display_name=CANARY_NAME)
        register(work, seals, granny)
        credentials = Credentials(login=CANARY_PHONE, password_hash=CHEAP.hashed("plum blossom 7"))
        set_password(work, seals, GRANNY_WEN, credentials, None)
        begin_sign_in(work, seals, CANARY_PHONE)
        begin_sign_in(work, seals, CANARY_NAME)
    text = dump(people)
    assert GRANNY_WEN in text
    for canary in [*(each.encode() for each in CANARIES), CANARY_HOME.packed()]:
        assert not is_readable(text, canary)


def test_a_sealed_phone_moved_to_another_person_or_column_does_not_open(people: TestDatabase, seals: Seals) -> None:
    with people.work() as work:
        register_granny(work, seals, phone=CANARY_PHONE)
        register(work, seals, told(UNCLE_BAI, phone="+8655501230002"))
    with people.work() as work:
        work.run(
            """
            UPDATE identifiers SET address = (SELECT phone FROM identifiers WHERE person = %(granny)s)
            WHERE person IN (%(granny)s, %(uncle)s)
            """,
            {"granny": GRANNY_WEN, "uncle": UNCLE_BAI},
        )
    for person in (GRANNY_WEN, UNCLE_BAI):
        with pytest.raises(Unsealable), people.work() as work:
            sealed_store.load(work, seals, person)


def test_an_erased_elder_cannot_be_read_again_not_even_from_a_backup(people: TestDatabase, seals: Seals) -> None:
    with people.work() as work:
        register_granny(work, seals, phone=CANARY_PHONE)
        backup = work.one("SELECT phone FROM identifiers WHERE person = %s", (GRANNY_WEN,))
    assert backup
    with people.work() as work:
        place = f"identifiers.phone:{GRANNY_WEN}"
        assert open_for(work, seals, subject=GRANNY_WEN, sealed=backup["phone"], place=place) == CANARY_PHONE.encode()
        erase_person(work, GRANNY_WEN, EVERYWHERE)
    with pytest.raises(SubjectErased), people.work() as work:
        open_for(work, seals, subject=GRANNY_WEN, sealed=backup["phone"], place=place)


def test_figures_of_an_erased_elder_stay(people: TestDatabase, seals: Seals) -> None:
    traits = Traits(categories=frozenset({"over_80"}))
    with people.work() as work:
        register(work, seals, told(GRANNY_WEN, elder_since(work.now), home=HOME, traits=traits))
    people.push_clock(minutes=1)
    with people.work() as work:
        erase_person(work, GRANNY_WEN, EVERYWHERE)
    with people.work() as work:
        erased = get_person(work, GRANNY_WEN)
    assert (erased.region, erased.traits.categories, len(erased.roles)) == (PLUM_GARDEN, frozenset({"over_80"}), 1)
    assert (erased.home_cell, erased.roles_at(people.now())) == ("", ())
    assert erased.erased_at is not None


def test_the_others_hear_that_she_left_every_role_and_then_that_she_is_erased(
    people: TestDatabase, seals: Seals
) -> None:
    with people.work() as work:
        register_granny(work, seals)
    people.push_clock(minutes=1)
    with people.work() as work:
        erase_person(work, GRANNY_WEN, EVERYWHERE)
    registered, withdrawn, erased = people.messages(PersonChanged, PersonErased)
    assert isinstance(registered, PersonChanged)
    assert isinstance(withdrawn, PersonChanged)
    assert erased == PersonErased(person=GRANNY_WEN, version=3)
    assert (registered.person.version, withdrawn.person.version) == (1, 2)
    assert not registered.person.roles[0].HasField("end_time")
    assert withdrawn.person.roles[0].HasField("end_time")
    assert withdrawn.person.home_cell == ""


def test_an_erased_persons_phone_and_login_are_free_again(people: TestDatabase, seals: Seals) -> None:
    with people.work() as work:
        register_granny(work, seals, phone=CANARY_PHONE)
        credentials = Credentials(login="granny", password_hash=CHEAP.hashed("plum blossom 7"))
        set_password(work, seals, GRANNY_WEN, credentials, None)
        erase_person(work, GRANNY_WEN, EVERYWHERE)
    with people.work() as work:
        challenge = begin_sign_in(work, seals, "granny")
    with pytest.raises(SignInRefused):
        answer_challenge(challenge, CHEAP, "plum blossom 7")
    with people.work() as work:
        register(work, seals, told(UNCLE_BAI, phone=CANARY_PHONE))


def test_the_family_of_an_erased_elder_is_nobodys_family_in_a_rule(people: TestDatabase, seals: Seals) -> None:
    with people.work() as work:
        register_granny(work, seals)
        register(work, seals, told(DAUGHTER_WEN, Role.granted(RoleKind.FAMILY, object=GRANNY_WEN, start=work.now)))
    with people.work() as work:
        before = relate(work, GRANNY_WEN)
        erase_person(work, GRANNY_WEN, EVERYWHERE)
        after = relate(work, GRANNY_WEN)
        assert roles.family_of(work, GRANNY_WEN) == {DAUGHTER_WEN}
    assert before
    assert before.holders("family") == {DAUGHTER_WEN}
    assert after
    assert after.holders("family") == frozenset()


def test_a_person_that_never_was_cannot_be_erased(people: TestDatabase) -> None:
    with pytest.raises(NotFound), people.work() as work:
        erase_person(work, GRANNY_WEN, EVERYWHERE)
