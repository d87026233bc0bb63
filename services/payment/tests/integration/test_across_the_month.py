"""A lot's month ends while orders are under way: claims made in time count, late ones do not."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from psycopg import errors

from chassis.context import Context
from chassis.envelope import Envelope, to_wire
from chassis.ids import uuid7
from chassis.subscriber import Delivery
from eldercare.order.v1.events_pb2 import OrderAccepted
from eldercare.people.v1.events_pb2 import RegionChanged
from eldercare.people.v1.person_pb2 import Region
from payment_service.handlers import HANDLERS
from payment_service.ledger.domain import account
from payment_service.ledger.domain.transfer import Cause, reserve
from payment_service.ledger.store import post
from payment_service.voucher.domain import month_start
from payment_service.voucher.use_cases import LAPSE_GRACE, TIMERS
from services.payment.tests.cast import CITY, LAKE, PLUM_CARE, PLUM_GARDEN, visit
from services.payment.tests.till import Till

FUNDING = f"accounts/{LAKE}/funding/CNY"


def test_an_expired_lot_pays_nothing(till: Till) -> None:
    lot, visited = till.grant(9_000, days=10), visit()
    till.waits(days=10)
    till.hears(visited.accepted())
    assert till.facts() == ["HoldRefused"]
    assert till.lot(lot.name).held == 0


def test_what_is_held_survives_the_end_of_the_month_and_pays_when_confirmed(till: Till) -> None:
    lot, visited = till.grant(9_000, days=10), visit(cap=6_000)
    till.hears(visited.accepted())
    till.waits(days=15)
    assert (till.lot(lot.name).remaining, till.lot(lot.name).held) == (0, 6_000)
    till.hears(visited.confirmed(4_500))
    assert till.parts(visited.settlement) == (4_500, 0, 0)


def test_what_comes_back_to_a_lot_that_is_over_goes_on_to_the_region(till: Till) -> None:
    lot, visited = till.grant(9_000, days=10), visit(cap=6_000)
    till.hears(visited.accepted())
    till.waits(days=15)
    assert till.balance(FUNDING) == -6_000
    till.hears(visited.cancelled())
    assert till.lot(lot.name).remaining == 6_000
    till.database.run_timers(TIMERS)
    assert (till.lot(lot.name).remaining, till.balance(FUNDING)) == (0, 0)
    assert till.breaches() == []


def test_restored_after_the_end_it_cannot_be_spent_before_it_lapses(till: Till) -> None:
    till.grant(6_000, days=10)
    first, second = visit(cap=6_000), visit(cap=6_000)
    till.hears(first.accepted())
    till.waits(days=11)
    till.hears(first.cancelled())
    till.hears(second.accepted())
    assert till.parts(second.settlement) == (0, 0, 6_000)


def test_accepted_in_the_last_minute_and_heard_of_after_the_end_is_still_paid_by_the_lot(till: Till) -> None:
    """A broker that was down over midnight takes nobody's vouchers."""
    lot, visited = till.grant(9_000, days=10), visit(cap=6_000)
    accepted_at = till.database.now() + timedelta(days=10) - timedelta(minutes=1)
    till.waits(days=10, hours=5)
    envelope = Envelope(
        id=uuid7(),
        type=OrderAccepted.DESCRIPTOR.full_name,
        source="//eldercare/order",
        aggregate=visited.order,
        sequence=1,
        time=accepted_at,
        context=Context(region=PLUM_GARDEN),
    )
    wire = to_wire(envelope, visited.accepted().SerializeToString())
    delivery = Delivery(headers=wire.headers, content_type=wire.content_type, body=wire.body)
    till.database.deliver_raw(HANDLERS, delivery)
    till.database.deliver_raw(HANDLERS, delivery)
    assert till.lot(lot.name).held == 6_000
    assert till.facts() == ["HoldPlaced"]


def test_what_nobody_spent_lapses_once_late_news_can_no_longer_come(till: Till) -> None:
    lot = till.grant(9_000, days=10)
    till.waits(days=10 + LAPSE_GRACE.days - 1)
    assert till.lot(lot.name).remaining == 9_000
    till.waits(days=2)
    assert (till.lot(lot.name).remaining, till.balance(FUNDING)) == (0, 0)


def test_the_database_itself_refuses_a_hold_on_a_lot_that_is_not_open(till: Till) -> None:
    lot = till.grant(9_000, days=10)
    for at in (lot.start_time - timedelta(seconds=1), lot.expire_time):
        cause = Cause(key=str(uuid4()), rule="test:rule/1", effective_time=at)
        late = reserve(cause, account.voucher_lot(lot.name, "CNY"), account.lot_hold(lot.name, "CNY"), 1)
        with pytest.raises(errors.IntegrityConstraintViolation, match="not open"), till.database.work() as work:
            post(work, [late])


def test_a_lot_opens_at_midnight_where_its_region_lives(till: Till) -> None:
    month = till.database.now().strftime("%Y-%m")
    assert till.grant(1_000).start_time == month_start(month, "Asia/Shanghai")
    berlin = Region(name=CITY, display_name="Made-up City", time_zone="Europe/Berlin", version=1)
    till.hears(RegionChanged(region=berlin), about=CITY)
    till.hears(RegionChanged(region=Region(name=CITY, time_zone="UTC", version=1)), about=CITY)
    assert till.grant(1_000).start_time == month_start(month, "Europe/Berlin")


def test_the_same_grant_asked_again_is_the_same_lot(till: Till) -> None:
    first, again = till.grant(5_000, key="request-1"), till.grant(5_000, key="request-1")
    assert first.name == again.name
    assert till.balance(FUNDING) == -5_000


def test_the_provider_is_paid_for_work_of_last_month_in_this_one(till: Till) -> None:
    visited = visit(cap=6_000)
    till.payer("tok_ok")
    till.hears(visited.accepted())
    till.asks_processor()
    till.waits(days=40)
    till.hears(visited.confirmed(6_000))
    till.asks_processor()
    assert till.balance(f"accounts/{PLUM_CARE}/payable/CNY") == 6_000
