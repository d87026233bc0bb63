"""Presses all the time while something breaks, and what the stores say afterwards."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

from chassis.clock import monotonic
from suite import cast
from suite.audit import audit
from suite.box import Box
from suite.commands.load import check
from suite.crowd import Household, households, settle_in
from suite.journals import Journals
from suite.phone import as_person, as_suite
from suite.presses import Press, press_all
from suite.waiting import until

PATIENCE_S = 90.0
Fault = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What became of a run: sentences of loss or doubling, and seconds from the last press until all was whole."""

    wrong: list[str]
    unanswered: int
    recovery_s: float


def crowd_of(box: Box, size: int, seed: int) -> list[Household]:
    """Made-up households with watches, registered."""
    homes = households(size, seed)
    state = box.state()
    desk = as_person(state.rpc, cast.OPERATOR.login, cast.PASSWORD)
    settle_in(as_suite(state.rpc, box.place.run_dir / "keys"), desk, homes)
    return homes


def press_under(fault: Fault, box: Box, crowd: Sequence[Household], *, alarms: int, rate: float) -> Seen:
    """The fault strikes once a third of the presses have been answered."""
    journals = Journals(box.state().auditors)
    began = journals.now("device")
    journals.close()
    presses = _press(fault, box, crowd, alarms, rate)
    ended = monotonic()
    fresh = Journals(box.state().auditors)
    wrong = check(fresh, presses, began)
    until(lambda: not audit(fresh).breaches, "no breach", patience_s=PATIENCE_S)
    fresh.close()
    unanswered = sum(press.acknowledged_ms is None for press in presses)
    return Seen(wrong=wrong, unanswered=unanswered, recovery_s=monotonic() - ended)


def _press(fault: Fault, box: Box, crowd: Sequence[Household], alarms: int, rate: float) -> list[Press]:
    answered = count(1)
    with ThreadPoolExecutor(1) as hand:
        struck = []

        def tell(press: Press) -> None:
            if press.acknowledged_ms is not None and next(answered) == alarms // 3:
                struck.append(hand.submit(fault))

        presses = press_all(box.state().watch, crowd, alarms=alarms, rate=rate, tell=tell)
    for each in struck:
        each.result()
    return presses


def kill_process(box: Box, name: str) -> Fault:
    """kill -9, then started again as a supervisor would."""

    def fault() -> None:
        process = box.processes[name]
        process.kill()
        process.start()
        process.wait_ready(PATIENCE_S)

    return fault


def kill_server(box: Box, name: str) -> Fault:
    """kill -9 of a server, then started again on its data."""

    def fault() -> None:
        server = getattr(box.servers, name)
        server.kill()
        server.restart()

    return fault
