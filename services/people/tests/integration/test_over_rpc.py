"""The service as its callers meet it: signed, checked, named when refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path

from google.protobuf.timestamp_pb2 import Timestamp

from eldercare.people.v1.events_pb2 import PersonChanged
from eldercare.people.v1.person_pb2 import (
    ROLE_KIND_FAMILY,
    ROLE_KIND_OPERATOR,
    ROLE_KIND_WORKER,
    Certificate,
    Provider,
    Role,
)
from eldercare.people.v1.person_service_pb2 import (
    EndRoleRequest,
    ErasePersonRequest,
    GetHomeRequest,
    GetPersonRequest,
    ListMyEldersRequest,
    ListPersonsRequest,
    PutProviderRequest,
    SetPasswordRequest,
    SignInRequest,
)
from people_service.session.domain import FREE_ATTEMPTS
from services.people.tests.cast import (
    DAUGHTER_WEN,
    GRANNY_WEN,
    HILL,
    LAKE,
    NURSE_TAO,
    OPERATOR_MEI,
    PLUM_CARE,
    PLUM_GARDEN,
    UNCLE_BAI,
)
from services.people.tests.house import (
    PASSWORD,
    SECONDS,
    House,
    Metadata,
    granting,
    keys_of,
    new_request,
    refusal,
    registering,
)


def home_for(street: House, metadata: Metadata) -> str:
    return street.people.GetHome(GetHomeRequest(name=GRANNY_WEN), timeout=SECONDS, metadata=metadata).address


def test_a_token_says_who_somebody_is_in_the_words_of_the_access_rules(street: House) -> None:
    session = street.session("daughter")
    assert (session.person, list(session.roles)) == (DAUGHTER_WEN, [f"family@persons/{GRANNY_WEN.split('/')[1]}"])
    assert session.expire_time.ToDatetime() > street.database.now().replace(tzinfo=None)


def test_the_daughter_the_elder_and_her_operator_may_read_the_home(street: House) -> None:
    for login in ("daughter", "granny", "mei"):
        assert home_for(street, street.signed_in(login, reading_for="visit")) == "9 Imagined Lane"
    with street.database.work() as work:
        reads = work.all("SELECT caller, object, purpose FROM reads ORDER BY id")
    assert [(row["caller"], row["object"], row["purpose"]) for row in reads] == [
        (person, GRANNY_WEN, "visit") for person in (DAUGHTER_WEN, GRANNY_WEN, OPERATOR_MEI)
    ]


def test_a_home_is_not_told_without_a_purpose(street: House) -> None:
    assert refusal(lambda: home_for(street, street.signed_in("daughter"))) == "PURPOSE_MISSING"


def test_a_stranger_cannot_tell_an_elder_from_nobody(street: House) -> None:
    caller = street.signed_in("hill", reading_for="curiosity")
    calls: list[Callable[[str], object]] = [
        lambda name: street.people.GetHome(GetHomeRequest(name=name), timeout=SECONDS, metadata=caller),
        lambda name: street.people.GetPerson(GetPersonRequest(name=name), timeout=SECONDS, metadata=caller),
        lambda name: street.people.ErasePerson(
            ErasePersonRequest(request_id=new_request(), name=name), timeout=SECONDS, metadata=caller
        ),
    ]
    for name, call in product((GRANNY_WEN, UNCLE_BAI), calls):
        assert refusal(partial(call, name)) == "NOT_FOUND"


def test_the_daughter_is_a_stranger_once_her_role_has_ended(street: House) -> None:
    caller = street.signed_in("daughter", reading_for="visit")
    ending = EndRoleRequest(request_id=new_request(), name=DAUGHTER_WEN, kind=ROLE_KIND_FAMILY, object=GRANNY_WEN)
    hill = street.signed_in("hill")
    assert street.people.EndRole(ending, timeout=SECONDS, metadata=hill).roles[0].HasField("end_time")
    assert refusal(lambda: home_for(street, caller)) == "NOT_FOUND"
    assert refusal(lambda: street.session("daughter")) == "NO_ROLE_NOW"


def elders_of(street: House, metadata: Metadata) -> dict[str, list[str]]:
    found = street.people.ListMyElders(ListMyEldersRequest(), timeout=SECONDS, metadata=metadata)
    return {each.elder.name: list(each.rights) for each in found.elders}


def test_family_sees_whom_they_are_family_of_and_nobody_after_that_ended(street: House) -> None:
    daughter, granny = street.signed_in("daughter"), street.signed_in("granny")
    assert list(elders_of(street, daughter)) == [GRANNY_WEN]
    assert elders_of(street, granny) == {}
    ending = EndRoleRequest(request_id=new_request(), name=DAUGHTER_WEN, kind=ROLE_KIND_FAMILY, object=GRANNY_WEN)
    street.people.EndRole(ending, timeout=SECONDS, metadata=street.signed_in("hill"))
    assert elders_of(street, daughter) == {}


def test_an_erased_elder_is_nobodys_elder(street: House) -> None:
    daughter = street.signed_in("daughter")
    erasing = ErasePersonRequest(request_id=new_request(), name=GRANNY_WEN)
    street.people.ErasePerson(erasing, timeout=SECONDS, metadata=street.signed_in("mei"))
    assert elders_of(street, daughter) == {}


def test_an_operator_lists_her_district_and_no_other(street: House) -> None:
    caller = street.signed_in("mei")
    listing = ListPersonsRequest(region=LAKE, page_size=1)
    first = street.people.ListPersons(listing, timeout=SECONDS, metadata=caller)
    listing.page_token = first.next_page_token
    second = street.people.ListPersons(listing, timeout=SECONDS, metadata=caller)
    assert {p.name for p in (*first.persons, *second.persons)} == {OPERATOR_MEI, GRANNY_WEN}
    assert not second.next_page_token
    elsewhere = ListPersonsRequest(region=HILL)
    assert refusal(lambda: street.people.ListPersons(elsewhere, timeout=SECONDS, metadata=caller)) == "NOT_YOUR_REGION"
    elsewhere.page_token = first.next_page_token
    hill = street.signed_in("hill")
    assert refusal(lambda: street.people.ListPersons(elsewhere, timeout=SECONDS, metadata=hill)) == "PAGE_TOKEN_INVALID"


def test_only_operators_register_and_only_in_their_region(street: House) -> None:
    told = registering(UNCLE_BAI)
    for login in ("granny", "hill"):
        by_login = partial(street.people.RegisterPerson, told, timeout=SECONDS, metadata=street.signed_in(login))
        assert refusal(by_login) == "NOT_YOUR_REGION"
    registered = street.people.RegisterPerson(told, timeout=SECONDS, metadata=street.signed_in("mei"))
    assert (registered.name, registered.version, registered.language) == (UNCLE_BAI, 1, "zh-CN")


def test_a_name_is_made_for_somebody_who_comes_without(street: House) -> None:
    registered = street.people.RegisterPerson(registering(""), timeout=SECONDS)
    assert street.people.GetPerson(GetPersonRequest(name=registered.name), timeout=SECONDS) == registered


def test_an_operator_cannot_make_a_friend_operator_of_everything(street: House) -> None:
    role = Role(kind=ROLE_KIND_OPERATOR, object=HILL)
    caller = street.signed_in("mei")
    call = granting(GRANNY_WEN, role)
    assert refusal(lambda: street.people.GrantRole(call, timeout=SECONDS, metadata=caller)) == "ROLE_OUT_OF_REACH"


def test_a_nurse_is_hired_and_signs_in_as_worker_of_her_provider(street: House) -> None:
    caller = street.signed_in("mei")
    provider = Provider(name=PLUM_CARE, region=LAKE, display_name="Plum Care", service_classes=["emergency"])
    street.people.PutProvider(
        PutProviderRequest(request_id=new_request(), provider=provider), timeout=SECONDS, metadata=caller
    )
    told = registering(NURSE_TAO)
    told.person.certificates.append(Certificate(kind="nursing", expire_time=Timestamp(seconds=1_900_000_000)))
    street.people.RegisterPerson(told, timeout=SECONDS, metadata=caller)
    hired = granting(NURSE_TAO, Role(kind=ROLE_KIND_WORKER, object=PLUM_CARE))
    assert street.people.GrantRole(hired, timeout=SECONDS, metadata=caller).version == 2
    street.give_password(NURSE_TAO, "nurse")
    assert list(street.session("nurse").roles) == [f"worker@{PLUM_CARE}"]


def test_the_same_registration_sent_twice_is_one_person(street: House) -> None:
    told = registering(UNCLE_BAI)
    first, second = (street.people.RegisterPerson(told, timeout=SECONDS) for _ in range(2))
    assert first == second
    assert [e.aggregate for e, _ in street.database.events(PersonChanged)].count(UNCLE_BAI) == 1
    told.person.region = HILL
    assert refusal(lambda: street.people.RegisterPerson(told, timeout=SECONDS)) == "REQUEST_ID_REUSED"


def test_everybody_sets_the_own_password_and_nobody_anothers(street: House) -> None:
    mine = SetPasswordRequest(
        request_id=new_request(),
        name=GRANNY_WEN,
        login="granny",
        password="pear blossom 9",
        current_password=PASSWORD,
    )
    street.sessions.SetPassword(mine, timeout=SECONDS, metadata=street.signed_in("granny"))
    assert street.session("granny", "pear blossom 9").person == GRANNY_WEN
    assert refusal(lambda: street.session("granny")) == "SIGN_IN_REFUSED"
    mine.request_id = new_request()
    caller = street.signed_in("daughter")
    assert refusal(lambda: street.sessions.SetPassword(mine, timeout=SECONDS, metadata=caller)) == "NOT_FOUND"


def test_refused_attempts_stay_counted(street: House) -> None:
    for _ in range(FREE_ATTEMPTS):
        assert refusal(lambda: street.session("mei", "plum blossom 8")) == "SIGN_IN_REFUSED"
    assert refusal(lambda: street.session("mei")) == "SIGN_IN_LOCKED"
    street.database.push_clock(seconds=31)
    assert street.session("mei").person == OPERATOR_MEI


def test_sign_in_needs_no_caller_and_everything_else_does(street: House) -> None:
    nobody = (("authorization", ""),)
    signed = street.sessions.SignIn(SignInRequest(login="mei", password=PASSWORD), timeout=SECONDS, metadata=nobody)
    assert signed.person == OPERATOR_MEI
    asked = GetPersonRequest(name=GRANNY_WEN)
    assert refusal(lambda: street.people.GetPerson(asked, timeout=SECONDS, metadata=nobody)) == "CALLER_UNKNOWN"


def test_an_erased_elder_tells_nothing_and_cannot_sign_in(street: House) -> None:
    erasing = ErasePersonRequest(request_id=new_request(), name=GRANNY_WEN)
    erased = street.people.ErasePerson(erasing, timeout=SECONDS, metadata=street.signed_in("mei"))
    assert (erased.home_cell, erased.region) == ("", PLUM_GARDEN)
    caller = street.signed_in("mei", reading_for="visit")
    assert refusal(lambda: home_for(street, caller)) == "PERSON_IS_ERASED"
    assert refusal(lambda: street.session("granny")) == "SIGN_IN_REFUSED"


def test_a_token_of_another_key_is_nobodys(street: House, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    forger = keys_of("people", elsewhere)
    forged = (("authorization", f"Bearer {forger.vouch(OPERATOR_MEI, [f'operator@{LAKE}'])}"),)
    asked = GetPersonRequest(name=GRANNY_WEN)
    assert refusal(lambda: street.people.GetPerson(asked, timeout=SECONDS, metadata=forged)) == "CALLER_UNKNOWN"
