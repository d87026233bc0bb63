"""Kill any process at any moment: nothing is lost, nothing is done twice."""

import pytest

from suite.box import Box
from suite.crowd import Household
from tests.support.load import crowd_of, kill_process, kill_server, press_under

ALARMS, RATE = 60, 20.0


@pytest.fixture(scope="session")
def crowd(box: Box) -> list[Household]:
    return crowd_of(box, size=30, seed=11)


@pytest.mark.parametrize("name", ["core", "events", "ingress", "gateway", "processor"])
def test_a_process_killed_under_load_loses_nothing_and_doubles_nothing(
    box: Box, crowd: list[Household], name: str
) -> None:
    seen = press_under(kill_process(box, name), box, crowd, alarms=ALARMS, rate=RATE)
    assert (seen.wrong, seen.unanswered) == ([], 0)


@pytest.mark.parametrize("name", ["rabbitmq", "postgres", "redis"])
def test_a_server_killed_under_load_loses_nothing_and_doubles_nothing(
    box: Box, crowd: list[Household], name: str
) -> None:
    seen = press_under(kill_server(box, name), box, crowd, alarms=ALARMS, rate=RATE)
    assert (seen.wrong, seen.unanswered) == ([], 0)
