"""Who may see and pay, as people tells it; and what is left of somebody who was erased."""

from __future__ import annotations

import pytest
from psycopg.sql import SQL, Identifier

from chassis.context import Caller
from eldercare.people.v1.events_pb2 import PersonErased
from payment_service.access import relate
from payment_service.payer.use_cases import PayRightMissing, PersonIsErased, put_payer
from services.payment.tests.cast import (
    DAUGHTER_WEN,
    GRANNY_WEN,
    HILL,
    LAKE,
    PLUM_CARE,
    PLUM_GARDEN,
    daughter,
    granny,
    visit,
)
from services.payment.tests.till import Till, until


def family(till: Till) -> set[str]:
    with till.database.work() as work:
        related = relate(work, GRANNY_WEN)
    return set(related.holders("family")) if related else set()


def tells_people(till: Till, *events: object) -> None:
    for event in events:
        till.hears(event, about=event.person.name)  # type: ignore[arg-type, attr-defined]


def test_the_daughter_is_family_as_long_as_people_says_so(till: Till) -> None:
    tells_people(till, granny(), daughter("pay"))
    assert family(till) == {DAUGHTER_WEN}
    moved_out = daughter(version=2)
    del moved_out.person.roles[:]
    tells_people(till, moved_out)
    assert family(till) == set()


def test_an_older_state_told_late_changes_nothing(till: Till) -> None:
    tells_people(till, granny(), daughter("pay", version=5))
    older = daughter(version=4)
    del older.person.roles[:]
    tells_people(till, older)
    assert family(till) == {DAUGHTER_WEN}


def test_a_role_that_has_ended_gives_no_view(till: Till) -> None:
    ended = daughter("pay")
    ended.person.roles[0].end_time.FromDatetime(till.database.now())
    tells_people(till, granny(), ended)
    assert family(till) == set()


def test_a_settlement_belongs_to_its_elder_in_the_region_of_the_service(till: Till) -> None:
    tells_people(till, granny(), daughter())
    visited = visit()
    till.hears(visited.accepted())
    with till.database.work() as work:
        related = relate(work, visited.settlement)
        assert relate(work, "settlements/00000000-0000-7000-8000-00000000dead") is None
        assert relate(work, f"lots/{visited.order}") is None
    assert related is not None
    assert related.region == PLUM_GARDEN
    assert related.holders("elder") == frozenset({GRANNY_WEN})
    assert related.holders("family") == frozenset({DAUGHTER_WEN})


def test_family_pays_only_with_the_right_to_pay(till: Till) -> None:
    tells_people(till, granny(), daughter("confirm"))
    as_daughter = Caller(subject=DAUGHTER_WEN)
    with pytest.raises(PayRightMissing), till.database.work(caller=as_daughter) as work:
        put_payer(work, till.seals, person=GRANNY_WEN, processor="sandbox", token="tok_ok")
    tells_people(till, daughter("pay", version=2))
    with till.database.work(caller=as_daughter) as work:
        put_payer(work, till.seals, person=GRANNY_WEN, processor="sandbox", token="tok_ok")


def test_an_operator_pays_for_her_mother_in_her_own_region_and_not_in_anothers(till: Till) -> None:
    tells_people(till, granny(), daughter("confirm"))

    def puts_card(region: str) -> None:
        operator = Caller(subject=DAUGHTER_WEN, roles=(f"operator@{region}", f"family@{GRANNY_WEN}"))
        with till.database.work(caller=operator) as work:
            put_payer(work, till.seals, person=GRANNY_WEN, processor="sandbox", token="tok_ok")

    with pytest.raises(PayRightMissing):
        puts_card(HILL)
    puts_card(LAKE)


def test_no_token_stands_readable_in_the_database(till: Till) -> None:
    till.payer("tok_secret_canary")
    visited = visit()
    till.hears(visited.accepted())
    till.asks_processor()
    with till.as_owner() as owner:
        tables = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        dumps = [
            owner.execute(SQL("SELECT t::text FROM {} t").format(Identifier(name))).fetchall() for (name,) in tables
        ]
    assert "tok_secret_canary" not in str(dumps)
    assert b"tok_secret_canary".hex() not in str(dumps)


def test_a_card_replaced_while_the_old_one_is_asked_charges_the_old_one_once(till: Till) -> None:
    till.payer("tok_timeout_after")
    visited = visit()
    till.hears(visited.accepted())
    till.asks_without_patience()
    until(lambda: till.sandbox.held() == visited.cap)
    till.payer("tok_ok")
    till.waits(seconds=5)
    till.asks_processor()
    assert till.facts() == ["HoldPlaced"]
    assert len(till.sandbox.statement()) == 1


def test_an_erased_person_has_no_card_and_no_readers_but_the_ledger_stays(till: Till) -> None:
    tells_people(till, granny(), daughter("pay"))
    till.grant(4_000)
    till.payer("tok_ok")
    visited = visit(cap=10_000)
    till.hears(visited.accepted())
    till.hears(PersonErased(person=GRANNY_WEN, version=2), about=GRANNY_WEN)
    till.asks_processor()
    assert till.facts() == ["HoldRefused"]
    till.hears(visited.confirmed(6_000))
    assert till.balance(f"accounts/{PLUM_CARE}/payable/CNY") == 6_000
    assert till.sandbox.statement() == []
    assert family(till) == set()
    tells_people(till, granny())
    assert family(till) == set()
    with pytest.raises(PersonIsErased):
        till.payer("tok_ok")
    assert till.balance(f"accounts/{LAKE}/funding/CNY") == -4_000
    assert till.breaches() == []
