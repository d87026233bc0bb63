"""Money whose COMMIT went through and whose reply was lost: the same request again moves it no second time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest

from chassis.rpc.client import Metadata, Refused
from eldercare.payment.v1.payment_pb2 import Amount, VoucherLot
from eldercare.payment.v1.payment_service_pb2 import GrantVoucherLotRequest
from services.payment.tests.cast import DAUGHTER_WEN, GRANNY_WEN, LAKE, OPERATOR_MEI, daughter, granny
from services.payment.tests.house import SECONDS, House, open_house
from services.payment.tests.till import Till
from suite.wire import Trouble, Wire

GRANTS, FEN, TRIES = 40, 100, 10


@pytest.fixture
def wire(till: Till) -> Iterator[Wire]:
    with Wire.to(till.database.urls.app) as running:
        yield running


@pytest.fixture
def house(till: Till, wire: Wire, tmp_path: Path) -> Iterator[House]:
    till.hears(granny(), about=GRANNY_WEN)
    till.hears(daughter("pay"), about=DAUGHTER_WEN)
    with open_house(till, tmp_path, reach=wire.through) as opened:
        yield opened


def test_a_grant_whose_commit_was_never_answered_is_one_lot(till: Till, wire: Wire, house: House) -> None:
    commits, lost = count(1), set[int]()

    def loses(said: bytes) -> bool:
        number = next(commits) if b"COMMIT" in said else 0
        if number and number % 3 == 0:
            lost.add(number)
        return number in lost

    wire.suffer(Trouble(loses_reply=loses))
    for _ in range(GRANTS):
        granted(till, house, house.signed(OPERATOR_MEI, f"operator@{LAKE}"))
    wire.heal()
    assert len(lost) >= GRANTS // 3
    assert till.database.rows("SELECT count(*) AS n FROM lots") == [{"n": GRANTS}]
    assert till.balance(f"accounts/{LAKE}/funding/CNY") == -GRANTS * FEN


def granted(till: Till, house: House, mei: Metadata) -> None:
    """The same grant again until somebody answers."""
    lot = VoucherLot(
        person=GRANNY_WEN,
        month=till.database.now().strftime("%Y-%m"),
        granted=Amount(minor=FEN, asset="CNY"),
        payer_region=LAKE,
    )
    lot.expire_time.FromDatetime(till.database.now() + timedelta(days=20))
    request = GrantVoucherLotRequest(request_id=str(uuid4()), lot=lot)
    for _ in range(TRIES):
        try:
            house.payment.GrantVoucherLot(request, timeout=SECONDS, metadata=mei)
        except Refused as away:
            if away.reason not in {"DATABASE_UNAVAILABLE", "UNREACHABLE"}:
                raise
        else:
            return
    raise AssertionError("never answered")
