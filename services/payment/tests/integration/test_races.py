"""Two things at once: exactly one wins, and the money agrees with the winner."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from google.protobuf.message import Message
from psycopg import errors
from psycopg.rows import dict_row

from chassis.context import Context
from chassis.work import Work
from payment_service.handlers import HANDLERS
from payment_service.ledger.domain.transfer import Cause, Pending, expire, pending_of, post, refund, reserve, void
from payment_service.ledger.domain.transfer import move as moved
from payment_service.ledger.store import HoldAlreadyResolved
from payment_service.ledger.store import post as post_all
from payment_service.settlement.domain.parts import State
from payment_service.settlement.domain.refusals import AlreadyConfirmed, AlreadyLetGo
from services.payment.tests.cast import NOVEMBER, PLUM_CARE, visit
from services.payment.tests.integration.test_database_holds_the_ledger import FUNDING, HOLD, LOT, PAYABLE, cause
from services.payment.tests.till import Till
from suite.testing import DatabaseFactory, TestDatabase


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """What each deed returned or raised; none starts before all are ready."""
    ready = threading.Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> object:
        ready.wait()
        try:
            return deed()
        except Exception as refused:
            return refused

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def hears(db: TestDatabase, message: Message) -> Callable[[], None]:
    def deed() -> None:
        with db.work(context=Context(region="regions/demo-city")) as work:
            HANDLERS[type(message)](work, message)

    return deed


def posts(db: TestDatabase, *transfers: object) -> Callable[[], None]:
    def deed() -> None:
        with db.work() as work:
            post_all(work, transfers)  # type: ignore[arg-type]

    return deed


def refusals(results: Sequence[object]) -> list[type[BaseException]]:
    return [type(result) for result in results if isinstance(result, BaseException)]


def test_cancelled_and_confirmed_at_once_exactly_one_wins(till: Till) -> None:
    till.payer("tok_ok")
    paid = 0
    for number in range(8):
        lot, visited = till.grant(4_000), visit(cap=10_000)
        till.hears(visited.accepted())
        till.asks_processor()
        deeds = [hears(till.database, visited.confirmed(6_000)), hears(till.database, visited.cancelled())]
        lost = refusals(at_once(*(deeds if number % 2 else reversed(deeds))))
        till.asks_processor()
        ended = till.settlement(visited.settlement).state
        won = ended is State.SETTLED
        assert (ended, lost) in [(State.SETTLED, [AlreadyConfirmed]), (State.RELEASED, [AlreadyLetGo])]
        paid += won
        assert till.lot(lot.name).held == 0
        assert (till.balance(PAYABLE.name), till.sandbox.held()) == (6_000 * paid, 0)
    assert (till.facts().count("PaymentSettled"), till.facts().count("HoldReleased")) == (paid, 8 - paid)
    assert till.breaches() == []


def test_the_same_confirmation_fifty_times_at_once_pays_once(till: Till) -> None:
    till.grant(10_000)
    visited = visit(cap=10_000)
    till.hears(visited.accepted())
    results = at_once(*[hears(till.database, visited.confirmed(6_000))] * 50)
    assert refusals(results) == []
    assert till.facts() == ["HoldPlaced", "PaymentSettled"]
    assert till.balance(f"accounts/{PLUM_CARE}/payable/CNY") == 6_000


def test_eight_orders_at_once_never_spend_a_lot_twice(till: Till) -> None:
    lots = [till.grant(3_000, days=days) for days in (10, 20)]
    visits = [visit(cap=1_000) for _ in range(8)]
    assert refusals(at_once(*(hears(till.database, each.accepted()) for each in visits))) == []
    held = [till.parts(each.settlement)[0] for each in visits]
    assert sorted(held) == [0, 0, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000]
    assert [till.lot(lot.name).held for lot in lots] == [3_000, 3_000]
    assert till.breaches() == []


def test_capture_void_and_expiry_race_in_the_ledger_and_one_wins(database: DatabaseFactory) -> None:
    db = database("payment")
    fund(db, 100_000)
    assert [sentence for number in range(25) for sentence in race_once(db, number)] == []
    row = db.connection.execute("SELECT balance FROM accounts WHERE name = %s", [HOLD.name]).fetchone()
    assert row == {"balance": 0}


def fund(db: TestDatabase, amount: int) -> None:
    posts(db, moved(cause("grant"), FUNDING, LOT, amount))()


def race_once(db: TestDatabase, number: int) -> list[str]:
    """One hold, three endings at once; what is wrong when not exactly one of them wins."""
    held = reserve(cause(f"hold {number}"), LOT, HOLD, 1_000)
    posts(db, held)()
    lost = refusals(at_once(*_endings(db, pending_of(held), number)))
    return [] if lost == [HoldAlreadyResolved] * 2 else [f"hold {number}: {lost}"]


def _endings(db: TestDatabase, pending: Pending, number: int) -> list[Callable[[], None]]:
    def why(verb: str) -> Cause:
        return cause(f"{verb} {number}")

    return [
        posts(db, post(why("captured"), pending, PAYABLE, 600)),
        posts(db, void(why("voided"), pending)),
        posts(db, expire(why("expired"), pending)),
    ]


def test_refunds_at_once_never_give_back_more_than_was_posted(database: DatabaseFactory) -> None:
    db = database("payment")
    paid = moved(cause("paid"), FUNDING, PAYABLE, 1_000)
    posts(db, paid)()
    results = at_once(*(posts(db, refund(cause(f"back {n}"), paid, PAYABLE, FUNDING, 300)) for n in range(8)))
    assert len(refusals(results)) == 5
    assert all(issubclass(refused, errors.IntegrityConstraintViolation) for refused in refusals(results))


@pytest.mark.parametrize("is_sent", [False, True])
def test_a_commit_whose_answer_was_lost_is_done_again_and_moves_money_once(
    database: DatabaseFactory, *, is_sent: bool
) -> None:
    db = database("payment")
    transfer = moved(cause("once"), FUNDING, PAYABLE, 700)
    with psycopg.connect(db.urls.app, row_factory=dict_row) as connection:
        post_all(Work(connection, Context()), [transfer])
        if is_sent:
            connection.pgconn.send_query(b"COMMIT")
        connection.pgconn.finish()
    for _ in range(2):
        posts(db, transfer)()
    row = db.connection.execute("SELECT balance FROM account_balances WHERE name = %s", [PAYABLE.name]).fetchone()
    assert row == {"balance": 700}


def test_the_same_transfer_twenty_times_at_once_moves_money_once(database: DatabaseFactory) -> None:
    db = database("payment")
    transfer = moved(cause("once"), FUNDING, PAYABLE, 700)
    assert refusals(at_once(*[posts(db, transfer)] * 20)) == []
    row = db.connection.execute("SELECT balance FROM account_balances WHERE name = %s", [PAYABLE.name]).fetchone()
    assert row == {"balance": 700}


def test_locks_are_taken_in_one_order_so_nobody_waits_in_a_circle(database: DatabaseFactory) -> None:
    db = database("payment")
    posts(db, moved(cause("a"), FUNDING, LOT, 50_000), moved(cause("b"), FUNDING, HOLD, 50_000))()

    def there_and_back(number: int) -> Callable[[], None]:
        source, target = (LOT, HOLD) if number % 2 else (HOLD, LOT)

        def deed() -> None:
            for step in range(10):
                with db.work() as work:
                    post_all(work, [moved(cause(f"{number}.{step}"), source, target, 1)])

        return deed

    assert refusals(at_once(*(there_and_back(number) for number in range(6)))) == []


def test_the_moment_of_the_event_decides_not_the_clock_of_the_handler(database: DatabaseFactory) -> None:
    db = database("payment")
    with db.work() as work:
        assert _effective(work) == NOVEMBER


def _effective(work: Work) -> object:
    post_all(work, [moved(cause("then"), FUNDING, PAYABLE, 1)])
    row = work.one("SELECT effective_time, post_time FROM transfers")
    assert row is not None
    assert row["post_time"] == work.now
    return row["effective_time"]
