"""Redis: killed, emptied, paused, frozen. What it holds may be lost; nobody waits for it."""

from collections.abc import Callable, Sequence

from redis import Redis

from chassis.clock import pause
from suite.journals import Journals
from tests.faults.play import under_load
from tests.faults.stage import Row, Stage, Unstaged

CALM_S = 5.0


def trouble(stage: Stage) -> None:
    """One trouble after the other, drawn anew each time."""
    for _ in stage.moments(apart_s=CALM_S):
        stage.draw.choice(TROUBLES)(stage)


def _kill(stage: Stage) -> None:
    stage.box.servers.redis.kill()
    stage.box.servers.redis.restart()


def _freeze(stage: Stage) -> None:
    stage.box.servers.redis.freeze()
    pause(min(CALM_S, stage.scale.window_s))
    stage.box.servers.redis.thaw()


def _say(*words: str) -> Callable[[Stage], None]:
    def say(stage: Stage) -> None:
        with Redis.from_url(stage.box.servers.redis_url) as redis:
            redis.execute_command(*words)

    return say


TROUBLES = (_kill, _freeze, _say("FLUSHALL"), _say("CLIENT", "PAUSE", "4000", "ALL"))
UNSEARCHED = """SELECT o.name FROM orders o WHERE o.urgent AND o.place_time >= %s AND o.state <> 'cancelled'
    AND NOT EXISTS (SELECT FROM dispatch_decisions d WHERE d."order" = o.name)"""


def nobody_searched(stage: Stage) -> Sequence[str]:
    journals = Journals({"order": stage.box.state().auditors["order"]})
    rows = journals.connections["order"].execute(UNSEARCHED, [journals.now("order").replace(hour=0)]).fetchall()
    journals.close()
    return [f"no worker was looked for: {row['name']}" for row in rows]


ROWS = (Row(number=22, what="Redis killed, emptied, paused", play=under_load(trouble, nobody_searched), small=True),)
UNSTAGED: tuple[Unstaged, ...] = ()
