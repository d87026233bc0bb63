"""What callers of the contract can do, and what strangers cannot even see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from google.protobuf.message import Message

from chassis.rpc.client import Metadata, Refused
from eldercare.payment.v1.payment_pb2 import (
    SETTLEMENT_STATE_HELD,
    SETTLEMENT_STATE_SETTLED,
    Amount,
    VoucherLot,
)
from eldercare.payment.v1.payment_service_pb2 import (
    GetSettlementRequest,
    GrantVoucherLotRequest,
    ListEntriesRequest,
    ListVoucherLotsRequest,
    PutPayerRequest,
)
from services.payment.tests.cast import (
    DAUGHTER_WEN,
    GRANNY_WEN,
    HILL,
    LAKE,
    OPERATOR_MEI,
    PLUM_CARE,
    PLUM_GARDEN,
    STRANGER,
    visit,
)
from services.payment.tests.house import SECONDS, House
from services.payment.tests.till import Till


@pytest.fixture
def mei(house: House) -> Metadata:
    """The operator of the lake district."""
    return house.signed(OPERATOR_MEI, f"operator@{LAKE}")


def grant(till: Till, fen: int = 9_000, *, purse: str = LAKE, key: str = "", days: int = 20) -> GrantVoucherLotRequest:
    lot = VoucherLot(
        person=GRANNY_WEN,
        month=till.database.now().strftime("%Y-%m"),
        granted=Amount(minor=fen, asset="CNY"),
        payer_region=purse,
        scope=["emergency"],
    )
    lot.expire_time.FromDatetime(till.database.now() + timedelta(days=days))
    return GrantVoucherLotRequest(request_id=key or str(uuid4()), lot=lot)


def refused(call: Callable[..., Message], request: Message, caller: Metadata) -> str:
    with pytest.raises(Refused) as refusal:
        call(request, timeout=SECONDS, metadata=caller)
    return refusal.value.reason


def test_an_operator_grants_a_lot_and_the_elder_sees_it_soonest_first(house: House, till: Till, mei: Metadata) -> None:
    late = house.payment.GrantVoucherLot(grant(till, days=25), timeout=SECONDS, metadata=mei)
    soon = house.payment.GrantVoucherLot(grant(till, 500, days=5), timeout=SECONDS, metadata=mei)
    request = ListVoucherLotsRequest(person=GRANNY_WEN)
    seen = house.payment.ListVoucherLots(request, timeout=SECONDS, metadata=house.signed(GRANNY_WEN)).lots
    assert [lot.name for lot in seen] == [soon.name, late.name]
    assert (seen[0].remaining.minor, seen[0].held.minor, list(seen[0].scope)) == (500, 0, ["emergency"])


def test_the_same_grant_sent_again_is_one_lot_and_other_money_under_its_id_is_refused(
    house: House, till: Till, mei: Metadata
) -> None:
    request = grant(till)
    first = house.payment.GrantVoucherLot(request, timeout=SECONDS, metadata=mei)
    again = house.payment.GrantVoucherLot(request, timeout=SECONDS, metadata=mei)
    assert first == again
    other = grant(till, 9_001, key=request.request_id)
    assert refused(house.payment.GrantVoucherLot, other, mei) == "REQUEST_ID_REUSED"
    assert till.balance(f"accounts/{LAKE}/funding/CNY") == -9_000


def test_lots_that_make_no_sense_are_refused_by_name(house: House, till: Till, mei: Metadata) -> None:
    assert refused(house.payment.GrantVoucherLot, grant(till, 0), mei) == "LOT_EMPTY"
    assert refused(house.payment.GrantVoucherLot, grant(till, days=-1), mei) == "LOT_ALREADY_EXPIRED"
    assert refused(house.payment.GrantVoucherLot, grant(till, purse=HILL), mei) == "PURSE_NOT_YOURS"
    broken = grant(till)
    broken.lot.month = "2026-13"
    assert refused(house.payment.GrantVoucherLot, broken, mei) == "INVALID_ARGUMENT"
    far = grant(till)
    far.lot.month = "2126-01"
    assert refused(house.payment.GrantVoucherLot, far, mei) == "LOT_NEVER_OPENS"


def test_granny_sees_what_her_visit_cost_and_every_fen_of_it(house: House, till: Till, mei: Metadata) -> None:
    house.payment.GrantVoucherLot(grant(till, 4_000), timeout=SECONDS, metadata=mei)
    payer = PutPayerRequest(request_id=str(uuid4()), person=GRANNY_WEN, processor_token="tok_ok")
    house.payment.PutPayer(payer, timeout=SECONDS, metadata=house.signed(DAUGHTER_WEN))
    visited = visit(cap=10_000)
    till.hears(visited.accepted())
    till.asks_processor()
    granny, asked = house.signed(GRANNY_WEN), GetSettlementRequest(name=visited.settlement)
    held = house.payment.GetSettlement(asked, timeout=SECONDS, metadata=granny)
    assert (held.state, held.voucher_part.minor, held.secure_part.minor) == (SETTLEMENT_STATE_HELD, 4_000, 6_000)
    assert not held.HasField("price")
    till.hears(visited.confirmed(7_000))
    till.asks_processor()
    paid = house.payment.GetSettlement(asked, timeout=SECONDS, metadata=granny)
    assert (paid.state, paid.price.minor, paid.claim_part.minor) == (SETTLEMENT_STATE_SETTLED, 7_000, 0)
    assert (paid.order, paid.provider, paid.incident) == (visited.order, PLUM_CARE, visited.incident)
    assert [use.amount.minor for use in paid.lots] == [4_000]
    told = ListEntriesRequest(name=visited.settlement)
    entries = house.payment.ListEntries(told, timeout=SECONDS, metadata=granny).entries
    assert sum(entry.amount.minor for entry in entries) == 0
    assert sum(entry.amount.minor for entry in entries if "payable" in entry.account) == 7_000
    assert all(entry.rule for entry in entries)


def test_strangers_get_the_same_answer_as_for_what_does_not_exist(house: House, till: Till) -> None:
    visited = visit()
    till.hears(visited.accepted())
    strangers = [
        house.signed(STRANGER),
        house.signed(OPERATOR_MEI, f"operator@{HILL}"),
        house.signed(STRANGER, "elder"),
    ]
    there, nowhere = visited.settlement, visit().settlement
    for caller in strangers:
        for name in (there, nowhere):
            assert refused(house.payment.GetSettlement, GetSettlementRequest(name=name), caller) == "NOT_FOUND"
            assert refused(house.payment.ListEntries, ListEntriesRequest(name=name), caller) == "NOT_FOUND"
        assert refused(house.payment.ListVoucherLots, ListVoucherLotsRequest(person=GRANNY_WEN), caller) == "NOT_FOUND"
        assert refused(house.payment.GrantVoucherLot, grant(till), caller) == "NOT_FOUND"
        payer = PutPayerRequest(request_id=str(uuid4()), person=GRANNY_WEN, processor_token="tok_ok")
        assert refused(house.payment.PutPayer, payer, caller) == "NOT_FOUND"


def test_only_an_operator_grants_and_only_tokens_are_taken(house: House, till: Till) -> None:
    assert refused(house.payment.GrantVoucherLot, grant(till), house.signed(GRANNY_WEN)) == "NOT_FOUND"
    card = PutPayerRequest(request_id=str(uuid4()), person=GRANNY_WEN, processor_token="4000000000000002")
    assert refused(house.payment.PutPayer, card, house.signed(GRANNY_WEN)) == "INVALID_ARGUMENT"


def test_a_call_without_a_signature_is_refused(house: House) -> None:
    nobody = (("authorization", "Bearer forged"),)
    request = GetSettlementRequest(name=visit().settlement)
    assert refused(house.payment.GetSettlement, request, nobody) == "CALLER_UNKNOWN"


def test_an_operator_of_a_street_may_give_from_the_purse_of_its_district(house: House, till: Till) -> None:
    street = house.signed(OPERATOR_MEI, f"operator@{PLUM_GARDEN}")
    lot = house.payment.GrantVoucherLot(grant(till, purse=LAKE), timeout=SECONDS, metadata=street)
    assert lot.payer_region == LAKE
