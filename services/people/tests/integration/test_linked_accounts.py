"""An account at an identity provider is a person's because an operator said so, and for no other reason."""

from __future__ import annotations

import pytest

from eldercare.people.v1.person_service_pb2 import ErasePersonRequest, Session
from eldercare.people.v1.session_pb2 import LinkProviderRequest, RefreshSessionRequest, SignInWithProviderRequest
from services.people.tests.cast import DAUGHTER_WEN, GRANNY_WEN, OPERATOR_MEI
from services.people.tests.house import SECONDS, House, Metadata, new_request, refusal

CITY, OTHER = "https://city.example", "https://other.example"


def link(house: House, person: str, by: Metadata, *, issuer: str = CITY, subject: str = "granny") -> None:
    request = LinkProviderRequest(request_id=new_request(), name=person, issuer=issuer, subject=subject)
    house.sessions.LinkProvider(request, timeout=SECONDS, metadata=by)


def comes(house: House, gateway: Metadata, *, issuer: str = CITY, subject: str = "granny") -> Session:
    request = SignInWithProviderRequest(request_id=new_request(), issuer=issuer, subject=subject)
    return house.sessions.SignInWithProvider(request, timeout=SECONDS, metadata=gateway)


@pytest.fixture
def gateway(street: House, gateway_token: str) -> Metadata:
    return (("authorization", f"Bearer {gateway_token}"),)


def test_an_account_that_was_linked_opens_a_session_of_ours(street: House, gateway: Metadata) -> None:
    link(street, GRANNY_WEN, street.signed_in("mei"))
    session = comes(street, gateway)
    assert (session.person, list(session.roles)) == (GRANNY_WEN, ["elder"])
    assert session.refresh_token


@pytest.mark.parametrize(("issuer", "subject"), [(CITY, "somebody"), (OTHER, "granny"), (CITY, "Granny")])
def test_an_account_nobody_linked_opens_nothing(street: House, gateway: Metadata, issuer: str, subject: str) -> None:
    link(street, GRANNY_WEN, street.signed_in("mei"))
    assert refusal(lambda: comes(street, gateway, issuer=issuer, subject=subject)) == "ACCOUNT_UNKNOWN"


def test_nobody_but_the_gateway_says_that_a_provider_vouched(street: House) -> None:
    link(street, GRANNY_WEN, street.signed_in("mei"))
    for caller in (street.signed_in("mei"), street.signed_in("granny"), ()):
        assert refusal(lambda caller=caller: comes(street, caller)) == "ROLE_MISSING"  # type: ignore[misc]


def test_an_operator_links_in_the_own_region_and_never_who_stands_above(street: House) -> None:
    assert refusal(lambda: link(street, GRANNY_WEN, street.signed_in("hill"))) == "NOT_FOUND"
    assert refusal(lambda: link(street, OPERATOR_MEI, street.signed_in("hill"))) == "NOT_FOUND"
    for login in ("granny", "daughter"):
        assert refusal(lambda login=login: link(street, GRANNY_WEN, street.signed_in(login))) == "NOT_FOUND"  # type: ignore[misc]


def test_one_account_is_one_persons_and_a_new_one_takes_the_place_of_the_old(street: House, gateway: Metadata) -> None:
    mei = street.signed_in("mei")
    link(street, GRANNY_WEN, mei)
    hill = street.signed_in("hill")
    assert refusal(lambda: link(street, DAUGHTER_WEN, hill)) == "ACCOUNT_TAKEN"
    session = comes(street, gateway)
    link(street, GRANNY_WEN, mei, subject="granny-anew")
    assert refusal(lambda: comes(street, gateway)) == "ACCOUNT_UNKNOWN"
    assert comes(street, gateway, subject="granny-anew").person == GRANNY_WEN
    request = RefreshSessionRequest(request_id=new_request(), refresh_token=session.refresh_token)
    assert refusal(lambda: street.sessions.RefreshSession(request, timeout=SECONDS)) == "SESSION_OVER"


def test_the_account_is_not_readable_in_the_store_and_gone_with_the_person(street: House, gateway: Metadata) -> None:
    link(street, GRANNY_WEN, street.signed_in("mei"), subject="granny-at-the-city")
    with street.database.work() as work:
        assert "granny-at-the-city" not in str(work.all("SELECT * FROM provider_links"))
    request = ErasePersonRequest(request_id=new_request(), name=GRANNY_WEN)
    street.people.ErasePerson(request, timeout=SECONDS, metadata=street.signed_in("mei"))
    assert refusal(lambda: comes(street, gateway, subject="granny-at-the-city")) == "ACCOUNT_UNKNOWN"
    with street.database.work() as work:
        assert work.all("SELECT 1 FROM provider_links") == []
