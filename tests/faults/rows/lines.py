"""The lines between processes and their servers: replies lost, resets, cuts."""

from chassis.clock import pause
from suite.wire import Trouble, Way
from tests.faults.play import under_load
from tests.faults.stage import FULL, Needs, Row, Stage, Unstaged

ON_WIRES = Needs(wires=True)
CUTS, COMMITS, ONE_IN = 200, 1_000, 20


def swallow_replies(stage: Stage) -> None:
    """The broker hears everything and is never heard."""
    broker = stage.wires["amqp"]
    broker.suffer(Trouble(swallowed=frozenset({Way.BACK})))
    pause(stage.scale.window_s)
    broker.heal()


def cut_and_reset(stage: Stage) -> None:
    """Lines to the broker end with a reset, or in the middle of a frame; bytes arrive one by one in between."""
    broker, ended = stage.wires["amqp"], 0
    for number, _ in enumerate(stage.moments(apart_s=1.0)):
        broker.suffer(Trouble(sliced=number % 3 == 0))
        ended += broker.cut() if number % 2 else broker.reset()
    broker.heal()
    assert ended >= CUTS * stage.scale.window_s / 60, f"only {ended} lines were ended"


def lose_commits(stage: Stage) -> None:
    """PostgreSQL commits, and whoever asked hears that the connection is gone."""
    lost = 0

    def loses(said: bytes) -> bool:
        nonlocal lost
        chosen = b"COMMIT" in said and stage.draw.randrange(ONE_IN) == 0
        lost += chosen
        return chosen

    store = stage.wires["postgresql"]
    store.suffer(Trouble(loses_reply=loses))
    for _ in stage.moments(apart_s=1.0):
        if lost >= COMMITS:
            break
    store.heal()
    share = stage.scale.window_s / FULL.window_s * stage.scale.rate / FULL.rate  # of the matrix's own load
    assert lost >= COMMITS * share / 2, f"only {lost} replies were lost"


ROWS = (
    Row(number=7, what="broker's replies lost, and only they", play=under_load(swallow_replies), needs=ON_WIRES),
    Row(number=8, what="lines to the broker reset or cut mid-frame", play=under_load(cut_and_reset), needs=ON_WIRES),
    Row(number=18, what="replies to COMMIT lost", play=under_load(lose_commits), needs=ON_WIRES),
)
UNSTAGED: tuple[Unstaged, ...] = ()
