"""The processor is slow, mute, broken or gone; money is charged once and found again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from payment_service.settlement.domain.parts import Stage, State
from services.payment.tests.cast import Visit, visit
from services.payment.tests.sandbox_process import SandboxProcess
from services.payment.tests.till import Till, until


def effect_states(till: Till) -> list[tuple[str, str]]:
    rows = till.database.connection.execute("SELECT kind, state FROM effects ORDER BY requested_at, key").fetchall()
    return [(row["kind"], row["state"]) for row in rows]


def accepted_with(till: Till, token: str, cap: int = 6_000) -> Visit:
    till.payer(token)
    visited = visit(cap=cap)
    till.hears(visited.accepted())
    return visited


def test_charged_and_then_silent_is_unknown_then_asked_about_and_charged_once(till: Till) -> None:
    visited = accepted_with(till, "tok_timeout_after")
    assert till.asks_without_patience() == 1
    assert effect_states(till) == [("authorise", "unknown")]
    assert till.settlement(visited.settlement).secure.stage is Stage.ASKED
    until(lambda: till.sandbox.held() == 6_000)
    till.waits(seconds=5)
    till.asks_processor()
    assert effect_states(till) == [("authorise", "done")]
    assert [each["amount"]["minor"] for each in till.sandbox.statement()] == [6_000]
    assert till.facts() == ["HoldPlaced"]
    till.hears(visited.confirmed(6_000))
    till.asks_processor()
    assert (till.sandbox.taken(), till.breaches()) == (6_000, [])


def test_captured_and_then_silent_is_captured_once_and_the_rest_is_let_go(till: Till) -> None:
    visited = accepted_with(till, "tok_capture_timeout_after")
    till.asks_processor()
    till.hears(visited.confirmed(4_000))
    till.asks_without_patience()
    assert till.facts() == ["HoldPlaced"]
    until(lambda: (till.sandbox.taken(), till.sandbox.held()) == (4_000, 2_000))
    till.waits(seconds=5)
    till.asks_processor()
    assert till.facts() == ["HoldPlaced", "PaymentSettled"]
    assert (till.sandbox.taken(), till.sandbox.held()) == (4_000, 0)


def test_let_go_and_then_silent_is_released_once(till: Till) -> None:
    visited = accepted_with(till, "tok_void_timeout_after")
    till.asks_processor()
    till.hears(visited.cancelled())
    till.asks_without_patience()
    assert till.settlement(visited.settlement).state is State.RELEASING
    until(lambda: till.sandbox.held() == 0)
    till.waits(seconds=5)
    till.asks_processor()
    assert till.facts() == ["HoldPlaced", "HoldReleased"]
    assert till.sandbox.held() == 0


def test_confirmed_while_the_charge_is_unknown_waits_for_the_truth(till: Till) -> None:
    visited = accepted_with(till, "tok_timeout_after")
    till.asks_without_patience()
    till.hears(visited.confirmed(6_000))
    assert till.settlement(visited.settlement).state is State.HOLDING
    until(lambda: till.sandbox.held() == 6_000)
    till.waits(seconds=5)
    till.asks_processor()
    assert till.facts() == ["HoldPlaced", "PaymentSettled"]
    assert till.sandbox.taken() == 6_000


def test_an_error_that_did_nothing_is_asked_about_and_tried_again(till: Till) -> None:
    accepted_with(till, "tok_error_once")
    till.asks_processor()
    assert effect_states(till) == [("authorise", "unknown")]
    assert till.sandbox.statement() == []
    till.waits(seconds=5)
    till.asks_processor()
    assert till.facts() == ["HoldPlaced"]
    assert till.sandbox.held() == 6_000


def test_a_slow_answer_nobody_waited_for_is_found_and_not_repeated(till: Till) -> None:
    accepted_with(till, "tok_slow")
    till.asks_without_patience()
    assert effect_states(till) == [("authorise", "unknown")]
    till.waits(seconds=5)
    till.asks_processor()
    assert till.facts() == ["HoldPlaced"]
    assert len(till.sandbox.statement()) == 1


def test_killed_between_the_charge_and_its_answer_charges_once(till: Till) -> None:
    visited = accepted_with(till, "tok_timeout_after")
    calling = threading.Thread(target=till.asks_processor)
    calling.start()
    until(lambda: till.sandbox.held() == 6_000)
    till.sandbox.kill()
    calling.join()
    till.waits(seconds=5)
    till.asks_processor()
    assert effect_states(till) == [("authorise", "unknown")]
    till.sandbox.start()
    till.waits(minutes=2)
    till.asks_processor()
    assert [each["amount"]["minor"] for each in till.sandbox.statement()] == [6_000]
    till.hears(visited.confirmed(6_000))
    till.asks_processor()
    assert (till.sandbox.taken(), till.facts()) == (6_000, ["HoldPlaced", "PaymentSettled"])
    assert till.breaches() == []


def test_a_processor_that_is_not_there_is_tried_until_it_is(till: Till) -> None:
    till.sandbox.kill()
    accepted_with(till, "tok_ok")
    for _ in range(8):
        till.asks_processor()
        till.waits(minutes=2)
    assert effect_states(till) == [("authorise", "pending")]
    till.sandbox.start()
    till.asks_processor()
    assert till.facts() == ["HoldPlaced"]


def test_a_lapsed_authorisation_is_settled_as_a_claim(till: Till) -> None:
    visited = accepted_with(till, "tok_capture_expired")
    till.asks_processor()
    till.hears(visited.confirmed(4_000))
    till.asks_processor()
    assert till.parts(visited.settlement) == (0, 0, 4_000)
    assert till.balance("accounts/processors/sandbox/clearing/CNY") == 0
    assert till.breaches() == []


def test_an_answer_that_is_not_signed_with_our_secret_is_not_believed(till: Till, tmp_path: Path) -> None:
    visited = accepted_with(till, "tok_ok")
    stranger = SandboxProcess(tmp_path / "other.db", secret="another-secret")
    till.speaks_to(stranger.adapter())
    till.asks_processor()
    stranger.kill()
    assert effect_states(till) == [("authorise", "unknown")]
    assert till.settlement(visited.settlement).secure.stage is Stage.ASKED


def test_the_auditor_names_what_has_hung_too_long(till: Till) -> None:
    visited = accepted_with(till, "tok_timeout_after")
    till.asks_without_patience()
    till.hears(visited.confirmed(6_000))
    assert till.breaches() == []
    till.waits(minutes=16)
    assert till.breaches() == [
        f"call_unknown_too_long {visited.settlement}:authorise",
        f"decided_without_progress {visited.settlement}",
    ]


DAMAGES = {
    "balance_not_its_entries": "UPDATE accounts SET balance = balance + 1 WHERE kind = 'voucher_lot'",
    "reference_unmatched": "UPDATE settlements SET reference = 'auth_of_another'",
    "hold_not_in_ledger": "UPDATE settlements SET voucher_part = voucher_part - 1",
    "authorised_not_in_ledger": "UPDATE settlements SET secure_amount = secure_amount + 1",
    "decided_still_held": """UPDATE settlements SET wanted = 'release', state = 'released', stage = 'voided',
        decide_time = app_now()""",
    "settled_not_paid": """UPDATE settlements SET wanted = 'capture', state = 'settled', stage = 'captured',
        price = voucher_part, decide_time = app_now(), settle_time = app_now()""",
}


def test_the_auditor_sees_what_was_damaged_by_hand(till: Till, subtests: pytest.Subtests) -> None:
    till.grant(4_000)
    accepted_with(till, "tok_ok", cap=10_000)
    till.asks_processor()
    assert till.breaches() == []
    for breach, damage in DAMAGES.items():
        with subtests.test(breach), till.as_owner() as owner, owner.transaction(force_rollback=True):
            owner.execute(damage.encode())
            found = owner.execute("SELECT kind FROM payment_breaches('-infinity')").fetchall()
            assert (breach,) in found
