"""Keys of a provider's own system: shown once, two at a time, dated, scoped, revocable, and only by its own region."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from chassis.identity import Identity
from eldercare.people.v1.api_key_service_pb2 import (
    ApiKey,
    ExchangeApiKeyRequest,
    IssueApiKeyRequest,
    ListApiKeysRequest,
    ProviderToken,
    RevokeApiKeyRequest,
)
from services.people.tests.cast import PLUM_CARE, put_plum_care
from services.people.tests.house import SECONDS, House, new_request, refusal

READ = "orders.read"


@pytest.fixture
def plum(street: House) -> House:
    """Plum Care serves the lake district, whose operator is Mei."""
    with street.database.work() as work:
        put_plum_care(work)
    return street


def issuing(days: int = 0, provider: str = PLUM_CARE, request_id: str = "") -> IssueApiKeyRequest:
    return IssueApiKeyRequest(request_id=request_id or new_request(), provider=provider, scopes=[READ], days=days)


def issued(house: House, days: int = 0) -> ApiKey:
    return house.keys.IssueApiKey(issuing(days), timeout=SECONDS, metadata=house.signed_in("mei"))


def revoke(house: House, key: ApiKey, login: str = "mei") -> ApiKey:
    request = RevokeApiKeyRequest(request_id=new_request(), name=key.name)
    return house.keys.RevokeApiKey(request, timeout=SECONDS, metadata=house.signed_in(login))


def trade(house: House, secret: str) -> ProviderToken:
    return house.keys.ExchangeApiKey(ExchangeApiKeyRequest(secret=secret), timeout=SECONDS)


def test_a_key_is_traded_for_a_token_that_says_which_provider_and_what_it_opens(plum: House, tmp_path: Path) -> None:
    token = trade(plum, issued(plum).secret)
    caller = Identity.load("people", tmp_path / "people.key", tmp_path / "trusted.json").verify(token.token)
    assert (caller.subject, caller.roles, caller.scopes) == (PLUM_CARE, (f"provider@{PLUM_CARE}",), (READ,))
    assert token.provider == PLUM_CARE


def test_the_secret_is_in_the_first_answer_and_in_no_table(plum: House) -> None:
    request, mei = issuing(), plum.signed_in("mei")
    first = plum.keys.IssueApiKey(request, timeout=SECONDS, metadata=mei)
    again = plum.keys.IssueApiKey(request, timeout=SECONDS, metadata=mei)
    assert (again.name, again.secret) == (first.name, "")
    kept = plum.database.connection.execute("SELECT api_keys::text FROM api_keys").fetchall()
    answers = plum.database.connection.execute("SELECT answer FROM requests WHERE answer IS NOT NULL").fetchall()
    assert first.secret.rpartition("_")[2] not in str(kept)
    assert first.secret.encode() not in b"".join(bytes(row["answer"]) for row in answers)


def test_a_key_is_replaced_without_a_gap_and_a_third_is_refused(plum: House) -> None:
    old, new = issued(plum), issued(plum)
    assert refusal(partial(issued, plum)) == "TOO_MANY_KEYS"
    assert {trade(plum, key.secret).provider for key in (old, new)} == {PLUM_CARE}
    revoke(plum, old)
    assert refusal(partial(trade, plum, old.secret)) == "API_KEY_REFUSED"
    assert trade(plum, new.secret).token
    assert issued(plum).secret


def test_revoked_expired_wrong_and_unknown_keys_look_the_same(plum: House) -> None:
    gone, short = issued(plum), issued(plum, days=1)
    assert revoke(plum, gone).HasField("revoke_time")
    plum.database.push_clock(days=1, minutes=1)
    wrong = short.secret[:-1] + ("A" if short.secret[-1] != "A" else "B")
    refused = {refusal(partial(trade, plum, secret)) for secret in (gone.secret, short.secret, wrong, "ekp_nothing")}
    assert refused == {"API_KEY_REFUSED"}


def test_a_token_does_not_outlive_its_key(plum: House) -> None:
    key = issued(plum, days=1)
    plum.database.push_clock(hours=23, minutes=55)
    token = trade(plum, key.secret)
    assert token.expire_time.ToDatetime() - key.expire_time.ToDatetime() <= timedelta(seconds=1)


def test_only_the_operator_of_the_providers_region_issues_lists_and_revokes(plum: House) -> None:
    key, hill = issued(plum), plum.signed_in("hill")
    listing = ListApiKeysRequest(provider=PLUM_CARE)
    calls = (
        lambda: plum.keys.IssueApiKey(issuing(), timeout=SECONDS, metadata=hill),
        lambda: plum.keys.ListApiKeys(listing, timeout=SECONDS, metadata=hill),
        lambda: revoke(plum, key, "hill"),
        lambda: revoke(plum, key, "granny"),
    )
    assert {refusal(call) for call in calls} == {"NOT_FOUND"}
    (listed,) = plum.keys.ListApiKeys(listing, timeout=SECONDS, metadata=plum.signed_in("mei")).api_keys
    assert (listed.name, listed.secret) == (key.name, "")


def test_a_provider_issues_no_keys_and_reads_no_persons(plum: House) -> None:
    bearer = (("authorization", f"Bearer {trade(plum, issued(plum).secret).token}"),)
    own = ListApiKeysRequest(provider=PLUM_CARE)
    assert refusal(partial(plum.keys.ListApiKeys, own, timeout=SECONDS, metadata=bearer)) == "NOT_FOUND"


def test_a_provider_that_is_not_there_gets_no_key(plum: House) -> None:
    nobody = issuing(provider=f"providers/{new_request()}")
    call = partial(plum.keys.IssueApiKey, nobody, timeout=SECONDS, metadata=plum.signed_in("mei"))
    assert refusal(call) == "NOT_FOUND"
