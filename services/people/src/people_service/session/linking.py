"""Signing in with an identity provider. Only an operator says whose account it is: no mail or phone a provider tells
links anybody."""

from __future__ import annotations

from chassis.refusal import NotFound, Refusal
from chassis.seal import Seals
from chassis.work import Work
from people_service.person import store as persons
from people_service.reach import Reach
from people_service.session import lasting_store
from people_service.session import provider_store as store
from people_service.session.keeping import Mint, SignedIn, begin_session
from people_service.session.lasting import EndReason, Means


class AccountUnknown(Refusal):
    """Nobody was linked to this account."""

    status = "PERMISSION_DENIED"
    sentence = "This account belongs to nobody here yet. Ask your operator to link it."


class AccountTaken(Refusal):
    """One account, one person."""

    status = "ALREADY_EXISTS"
    sentence = "This account is linked to somebody else already."


def link_provider(work: Work, seals: Seals, name: str, account: tuple[str, str], reach: Reach) -> None:
    """`account`: issuer and subject. Who stands above the caller is not taken over; open sessions end."""
    person = persons.load(work, name, lock=True)
    if person is None:
        raise NotFound(name)
    person.require_present()
    reach.require_powers_of(role for role in person.roles if role.is_open_at(work.now))
    if not store.link(work, account_blind(seals, *account), name, account[0]):
        raise AccountTaken
    lasting_store.end_all(work, name, EndReason.ACCOUNT_LINKED)


def sign_in_with_provider(work: Work, issuer: str, subject: str, mint: Mint) -> SignedIn:
    holder = store.holder_of(work, account_blind(mint.seals, issuer, subject))
    person = persons.load(work, holder or "", lock=True)
    if person is None or store.holder_of(work, account_blind(mint.seals, issuer, subject)) != person.name:
        raise AccountUnknown
    return begin_session(work, person, Means.PROVIDER, mint)


def account_blind(seals: Seals, issuer: str, subject: str) -> bytes:
    return seals.blind(f"{issuer}\0{subject}".encode(), field="account")
