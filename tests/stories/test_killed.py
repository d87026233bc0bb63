"""Kill any process at any moment: nothing is lost, nothing is done twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from suite import cast
from suite.audit import audit
from suite.box import Box
from suite.commands.load import check
from suite.crowd import Household, households, settle_in
from suite.journals import Journals
from suite.phone import as_person, as_suite
from suite.presses import Press, press_all
from suite.waiting import until

ALARMS, RATE = 60, 20.0
PATIENCE_S = 60.0


@pytest.fixture(scope="session")
def crowd(box: Box) -> list[Household]:
    """Thirty made-up households with watches."""
    homes = households(30, seed=11)
    state = box.state()
    desk = as_person(state.rpc, cast.OPERATOR.login, cast.PASSWORD)
    settle_in(as_suite(state.rpc, box.place.run_dir / "keys"), desk, homes)
    return homes


def under_load(box: Box, crowd: list[Household], fault: Callable[[], None], after: int) -> list[Press]:
    """Presses all the time; the fault strikes once `after` presses have been answered."""
    answered = count(1)
    with ThreadPoolExecutor(1) as hand:

        def tell(press: Press) -> None:
            if press.acknowledged_ms is not None and next(answered) == after:
                hand.submit(fault)

        return press_all(box.state().watch, crowd, alarms=ALARMS, rate=RATE, tell=tell)


def kill_and_start(box: Box, name: str) -> Callable[[], None]:
    def fault() -> None:
        process = box.processes[name]
        process.kill()
        process.start()
        process.wait_ready(PATIENCE_S)

    return fault


@pytest.mark.parametrize("name", ["core", "events", "ingress", "processor"])
def test_a_process_killed_under_load_loses_nothing_and_doubles_nothing(
    box: Box, journals: Journals, crowd: list[Household], name: str
) -> None:
    began = journals.now("device")
    presses = under_load(box, crowd, kill_and_start(box, name), after=ALARMS // 3)
    assert all(press.acknowledged_ms is not None for press in presses)
    assert check(journals, presses, began) == []
    box.processes[name].wait_ready(PATIENCE_S)
    until(lambda: not audit(journals).breaches, "no breach", patience_s=PATIENCE_S)


@pytest.mark.parametrize("name", ["rabbitmq", "postgres", "redis"])
def test_a_server_killed_under_load_loses_nothing_and_doubles_nothing(
    box: Box, journals: Journals, crowd: list[Household], name: str
) -> None:
    began = journals.now("device")
    server = getattr(box.servers, name)

    def fault() -> None:
        server.kill()
        server.restart()

    presses = under_load(box, crowd, fault, after=ALARMS // 3)
    fresh = Journals(box.state().auditors)
    assert all(press.acknowledged_ms is not None for press in presses)
    assert check(fresh, presses, began) == []
    until(lambda: not audit(fresh).breaches, "no breach", patience_s=PATIENCE_S)
    fresh.close()
