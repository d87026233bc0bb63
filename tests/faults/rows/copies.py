"""PostgreSQL replaced by a copy of itself: a standby that followed, a backup taken in the middle of the load."""

from dataclasses import replace
from datetime import timedelta

from chassis.clock import pause, wall_now
from suite.evidence import History
from suite.history import Attempt, Told
from suite.servers.standby import Copy, Standby
from tests.faults.load import Load
from tests.faults.play import outcome_of, under_load
from tests.faults.stage import Outcome, Row, Stage, Unstaged


def fail_over(stage: Stage) -> None:
    """The first dies at a drawn moment; the one that followed it synchronously answers at its address."""
    standby = Standby(stage.box.servers, "standby")
    standby.follow()
    try:
        pause(stage.draw.uniform(0.3, 0.7) * stage.scale.window_s)
        standby.take_over()
    finally:
        standby.close()


def restore(stage: Stage) -> Outcome:
    """Everything after the backup is gone from every store at once; nothing before it may be missing or doubled."""
    load = Load(stage.box, stage.scale)
    pause(stage.scale.lead_s + stage.draw.uniform(0.2, 0.5) * stage.scale.window_s)
    backup, began, commands = Copy(stage.box.servers, "backup"), wall_now(), load.commands_so_far
    backup.take("-X", "fetch")
    pause(stage.scale.tail_s)
    presses = load.stop()
    answered = {press.attempt.key: press.sent + timedelta(milliseconds=press.acknowledged_ms or 0) for press in presses}
    struck = wall_now()
    backup.put_in_place()

    def excuse(history: History) -> History:
        """What was answered after the backup began may have happened or not."""
        kept = [_sure_if(each, answered[each.key] < began) for each in history.presses]
        said = [_sure_if(each, number < commands) for number, each in enumerate(history.commands)]
        return replace(
            history, presses=kept, reports=[_sure_if(each, sure=False) for each in history.reports], commands=said
        )

    return outcome_of(stage, load, presses, (struck, wall_now()), excuse=excuse)


def _sure_if(attempt: Attempt, sure: bool) -> Attempt:
    return attempt if sure else replace(attempt, told=Told.UNKNOWN)


ROWS = (
    Row(number=21, what="PostgreSQL fails over to its standby", play=under_load(fail_over)),
    Row(number=37, what="PostgreSQL restored from a backup under load", play=restore),
)
UNSTAGED: tuple[Unstaged, ...] = ()
