"""Random timelines of the whole suite: crashes, lost answers, frozen processes, and every promise holds."""

import os
import sys

import pytest

from tests.simulation.timeline import Simulation, fingerprint


def test_whatever_happens_every_promise_holds(simulation: Simulation, seeds: range) -> None:
    for seed in seeds:
        simulation.play(seed)


@pytest.mark.skipif("SEED" not in os.environ, reason="SEED=n plays one timeline and tells it")
def test_one_timeline(simulation: Simulation) -> None:
    sys.stdout.write(simulation.play(int(os.environ["SEED"])).telling())


def test_a_seed_tells_the_same_story_again(simulation: Simulation) -> None:
    assert fingerprint(simulation.play(7)) == fingerprint(simulation.play(7))
