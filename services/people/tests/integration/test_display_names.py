"""What persons are called, for a purpose, and nothing else of them."""

from __future__ import annotations

from uuid import uuid4

from eldercare.people.v1.person_service_pb2 import ErasePersonRequest, GetHomeRequest, ListDisplayNamesRequest
from services.people.tests.cast import GRANNY_WEN, OPERATOR_MEI, UNCLE_BAI
from services.people.tests.house import SECONDS, House, Metadata, new_request, refusal, registering

NOBODY = f"persons/{uuid4()}"


def names(street: House, caller: Metadata, *persons: str) -> list[str]:
    """Whose names were told."""
    asked = ListDisplayNamesRequest(names=persons)
    told = street.people.ListDisplayNames(asked, timeout=SECONDS, metadata=caller).display_names
    assert all(each.display_name for each in told)
    return [each.person for each in told]


def reads(street: House) -> list[tuple[str, str, str]]:
    with street.database.work() as work:
        rows = work.all("SELECT method, object, purpose FROM reads ORDER BY id")
    return [(row["method"].rpartition("/")[2], row["object"], row["purpose"]) for row in rows]


def test_whom_the_caller_may_not_know_is_left_out_like_nobody_and_the_log_says_who_was_read(street: House) -> None:
    street.people.RegisterPerson(registering(UNCLE_BAI), timeout=SECONDS)
    daughter = street.signed_in("daughter", reading_for="live_view")
    assert names(street, daughter, UNCLE_BAI, NOBODY, GRANNY_WEN) == [GRANNY_WEN]
    assert names(street, daughter, UNCLE_BAI, NOBODY) == []
    assert reads(street) == [("ListDisplayNames", GRANNY_WEN, "live_view")]


def test_an_operator_reads_several_at_once_and_nobody_who_was_erased(street: House) -> None:
    desk = street.signed_in("mei", reading_for="live_view")
    assert names(street, desk, OPERATOR_MEI, GRANNY_WEN) == [OPERATOR_MEI, GRANNY_WEN]
    erasing = ErasePersonRequest(request_id=new_request(), name=GRANNY_WEN)
    street.people.ErasePerson(erasing, timeout=SECONDS, metadata=desk)
    assert names(street, desk, OPERATOR_MEI, GRANNY_WEN) == [OPERATOR_MEI]


def test_a_name_is_not_told_without_a_purpose(street: House) -> None:
    assert refusal(lambda: names(street, street.signed_in("daughter"), GRANNY_WEN)) == "PURPOSE_MISSING"
    assert reads(street) == []


def test_address_and_place_are_not_opened_for_a_name(street: House) -> None:
    street.database.connection.execute("UPDATE identifiers SET address = 'made up', home = 'made up'")
    daughter = street.signed_in("daughter", reading_for="live_view")
    home = GetHomeRequest(name=GRANNY_WEN)
    assert refusal(lambda: street.people.GetHome(home, timeout=SECONDS, metadata=daughter)) == "INTERNAL"
    assert names(street, daughter, GRANNY_WEN) == [GRANNY_WEN]
