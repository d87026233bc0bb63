"""How much happens in one timeline: most are short, with the smallest cast; one of twenty has room for everything."""

import random
from dataclasses import dataclass

from tests.simulation.community import ELDER, ELDERS, LONER, WIDOW

MINUTE = 60
KINDS = ("sos_press", "fall", "low_power", "geofence_enter", "vital_out_of_range", "sos_press")
SMALL = (*["low_power"] * 8, *["geofence_enter"] * 2, *["sos_press"] * 3, "fall")
LONG, VISIT = 0.05, 0.06  # of all timelines


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Seconds; `presses`: after how many, who, which alarms in one frame; `acts`: when people do something."""

    trouble_s: float
    presses: list[tuple[float, str, tuple[str, ...]]]
    acts: list[float]
    patience_s: float


def plan_of(rng: random.Random) -> Plan:
    chance = rng.random()
    return _long(rng) if chance < LONG else _visit(rng) if chance < LONG + VISIT else _short(rng)


def _short(rng: random.Random) -> Plan:
    """One alarm, often of a task, in the village nine times of ten, and a few acts."""
    elder = rng.choice((WIDOW,) * 9 + (LONER,))
    trouble = rng.uniform(5, rng.choice((20, MINUTE)))
    return Plan(
        trouble_s=trouble,
        presses=[(rng.uniform(0, 5), elder, (rng.choice(SMALL),))],
        acts=[rng.uniform(1, trouble) for _ in range(rng.randrange(0, 4))],
        patience_s=rng.uniform(1, rng.choice((5, 5, 5, MINUTE))),
    )


def _visit(rng: random.Random) -> Plan:
    """One press in the village, and acts enough for a visit that comes to its end and is paid."""
    return Plan(
        trouble_s=rng.uniform(5, MINUTE),
        presses=[(rng.uniform(0, 5), WIDOW, ("sos_press",))],
        acts=[rng.uniform(5, 2 * MINUTE) for _ in range(rng.randrange(8, 15))],
        patience_s=2 * MINUTE,
    )


def _long(rng: random.Random) -> Plan:
    """Several alarms of several elders, acts for minutes; some wait until every ladder has come to its end."""
    return Plan(
        trouble_s=rng.uniform(5, rng.choice((30, 90, 4 * MINUTE))),
        presses=[
            (rng.uniform(0, 20), rng.choice((ELDER, *ELDERS)), _kinds(rng)) for _ in range(rng.choice((1, 1, 1, 2)))
        ],
        acts=[rng.uniform(1, 3 * MINUTE) for _ in range(rng.randrange(0, 10))],
        patience_s=rng.choice((rng.uniform(1, 4 * MINUTE),) * 3 + (8 * MINUTE,)),
    )


def _kinds(rng: random.Random) -> tuple[str, ...]:
    return tuple(rng.choice(KINDS) for _ in range(rng.choice((1, 1, 2))))
