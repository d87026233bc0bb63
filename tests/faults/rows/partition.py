"""Broker nodes that cannot hear each other. The kernel drops what they say, on loopback addresses nobody else has."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from chassis.clock import pause
from tests.faults.play import under_load
from tests.faults.stage import Needs, Row, Stage, Unstaged

SHORT_S, LONG_S, CALM_S = 10.0, 30.0, 5.0
Pair = tuple[int, int]
WHAT = "broker nodes parted in four shapes"


def part(stage: Stage) -> None:
    """One alone; the leader alone; a bridge between two; one that hears and is not heard. One of them for longer."""
    one, other, third = stage.draw.sample(range(len(stage.brokers)), 3)
    lead = stage.brokers.index(stage.leader())
    shapes: list[list[Pair]] = [
        [*_both(one, other), *_both(one, third)],
        [pair for each in (one, other, third) if each != lead for pair in _both(lead, each)],
        [*_both(one, other)],
        [(one, other), (one, third)],
    ]
    longest = stage.draw.randrange(len(shapes))
    for number, pairs in enumerate(shapes):
        with _deaf(stage.broker_hosts, pairs):
            pause(LONG_S if number == longest else SHORT_S)
        pause(CALM_S)


def _both(one: int, other: int) -> tuple[Pair, Pair]:
    return (one, other), (other, one)


@contextmanager
def _deaf(hosts: Sequence[str], pairs: Sequence[Pair]) -> Iterator[None]:
    rules = [["INPUT", "-s", hosts[said], "-d", hosts[heard], "-j", "DROP"] for said, heard in pairs]
    try:
        for rule in rules:
            _filter("-I", rule)
        yield
    finally:
        for rule in rules:
            _filter("-D", rule)


def _filter(verb: str, rule: Sequence[str]) -> None:
    subprocess.run(["iptables", "-w", verb, *rule], check=True, capture_output=True)


CAN_FILTER = os.geteuid() == 0 and shutil.which("iptables") is not None
ROWS = (Row(number=6, what=WHAT, play=under_load(part), needs=Needs(broker_nodes=3)),) if CAN_FILTER else ()
UNSTAGED = () if CAN_FILTER else (Unstaged(number=6, what=WHAT, why="only root with iptables may drop packets"),)
