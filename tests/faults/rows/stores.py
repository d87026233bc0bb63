"""PostgreSQL and Redis: killed, stopped, out of room."""

from tests.faults.play import under_load
from tests.faults.stage import Row, Stage, Unstaged

CALM_S = 10.0


def kill_postgres(stage: Stage) -> None:
    for _ in stage.moments(apart_s=CALM_S):
        stage.box.servers.postgres.kill()
        stage.box.servers.postgres.restart()


def kill_redis(stage: Stage) -> None:
    for _ in stage.moments(apart_s=CALM_S):
        stage.box.servers.redis.kill()
        stage.box.servers.redis.restart()


ROWS = (
    Row(number=17, what="PostgreSQL killed", play=under_load(kill_postgres), small=True),
    Row(number=22, what="Redis killed", play=under_load(kill_redis), small=True),
)
UNSTAGED: tuple[Unstaged, ...] = ()
