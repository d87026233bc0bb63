"""Observations stored and acknowledged over real sockets, every watch with its own session."""

from collections.abc import Sequence

from bench.house import House
from bench.rounds import Rounds
from bench.row import Row
from bench.watches import OBSERVATIONS_A_ROUND, Watches
from suite.crowd import Household

WATCHES = 300


class Lost(Exception):
    """Observations that were acknowledged and are not in the store."""


def measure(house: House, rounds: Rounds) -> Row:
    homes = house.homes[:WATCHES]
    (value,) = rounds.medians(lambda: _reported(house, homes, rounds.vitals))
    return Row(
        name="vitals_throughput",
        value=value,
        unit="1/s",
        beside=f"{len(homes)} watches, {OBSERVATIONS_A_ROUND} observations a round and answer; no floor but the target",
    )


def _reported(house: House, homes: Sequence[Household], rounds: int) -> float:
    with Watches(house.state.watch, homes) as watches:
        before = house.observations()
        seconds = watches.report(rounds)
    stored, told = house.observations() - before, len(homes) * rounds * OBSERVATIONS_A_ROUND
    if stored < told:
        raise Lost(f"{told} observations were acknowledged and {stored} stored")
    return told / seconds
