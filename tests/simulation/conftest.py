"""`pytest tests/simulation --timelines 10000` plays as many; SEED=n plays one and tells it."""

import pytest

from tests.simulation.timeline import Simulation

CHUNK = 50


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--timelines", type=int, default=50, help="how many random timelines are played")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seeds" in metafunc.fixturenames:
        count = metafunc.config.getoption("--timelines", default=50)
        chunks = [range(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
        metafunc.parametrize("seeds", chunks, ids=lambda chunk: f"{chunk.start}-{chunk.stop - 1}")


@pytest.fixture(scope="session")
def simulation() -> Simulation:
    return Simulation()
