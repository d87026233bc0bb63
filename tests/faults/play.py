"""Playing a row: the load runs, the fault strikes at a drawn moment, and the stores are compared with what was told."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain

from chassis.clock import pause, wall_now
from suite.audit import audit
from suite.evidence import History, disorder, joined, last_settled, verdicts
from suite.journals import Journals
from suite.presses import Press
from suite.waiting import NeverHappened, until
from tests.faults.leaks import leaks
from tests.faults.load import Load
from tests.faults.stage import Outcome, Play, Stage, Strike, Wait

PATIENCE_S, LOOK_EVERY_S = 90.0, 0.3
WAITING = """SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM set_aside)
             + (SELECT count(*) FROM effects WHERE settled_at IS NULL AND due_at < app_now()) AS n"""
Also = Callable[[Stage], Sequence[str]]
Excuse = Callable[[History], History]


def under_load(strike: Strike, also: Also = lambda _: ()) -> Play:
    """A row whose fault strikes under the matrix's load; `also` says what else is wrong once all is quiet."""

    def play(stage: Stage) -> Outcome:
        load = Load(stage.box, stage.scale)
        pause(stage.draw.uniform(0.5, 1.0) * stage.scale.lead_s)
        struck = wall_now()
        try:
            strike(stage)
        finally:
            healed = wall_now()
            pause(stage.scale.tail_s)
            presses = load.stop()
        return outcome_of(stage, load, presses, (struck, healed), also=also)

    return play


def outcome_of(
    stage: Stage,
    load: Load,
    presses: Sequence[Press],
    window: tuple[datetime, datetime],
    *,
    also: Also = lambda _: (),
    excuse: Excuse = lambda history: history,
) -> Outcome:
    """Waits until all is quiet and reads the stores; `excuse` says what may be missing by the nature of the fault."""
    journals = Journals(stage.box.state().auditors)
    try:
        late = [*_awaited(lambda: _is_quiet(journals, excuse(load.history())), "all that was begun is done")]
        load.tidy()
        history = excuse(load.history())
        late += _awaited(lambda: _is_quiet(journals, history), "what the desk ended is done")
        found = verdicts(journals, history)
        told = chain.from_iterable(verdict.sentences(what) for what, verdict in found.items())
        breaches = (breach.sentence for breach in audit(journals).breaches)
        waits = _waits(presses, joined(journals, history.began))
        return Outcome(
            lost=sum(len(verdict.lost) for verdict in found.values()),
            doubled=sum(len(verdict.doubled) + len(verdict.phantom) for verdict in found.values()),
            unanswered=sum(found[who].unknown for who in ("press", "report", "command")),
            recovery_s=_recovery(waits, last_settled(journals, history.began, window[1]), window[1]),
            wrong=[*late, *told, *breaches, *disorder(journals, history.began), *leaks(stage.box), *also(stage)],
            waits=waits,
            window=window,
            seen=f"{len(presses)} presses, {len(history.commands)} commands",
        )
    finally:
        journals.close()


def _awaited(look: Callable[[], bool], what: str) -> Iterator[str]:
    try:
        until(look, what, patience_s=PATIENCE_S)
    except NeverHappened as never:
        yield str(never)


def _is_quiet(journals: Journals, history: History) -> bool:
    """Nothing on its way: outboxes sent, nothing set aside, no effect due, every link of the chain closed."""
    pause(LOOK_EVERY_S)
    rows = [connection.execute(WAITING.encode()).fetchone() for connection in journals.connections.values()]
    if any(row["n"] for row in rows if row):
        return False
    return not any(verdict.lost for verdict in verdicts(journals, history).values())


def _waits(presses: Sequence[Press], since: dict[str, datetime]) -> list[Wait]:
    return [
        Wait(sent=press.sent, seconds=(since[press.attempt.key] - press.sent).total_seconds())
        for press in presses
        if press.attempt.key in since
    ]


def _recovery(waits: Sequence[Wait], settled: datetime, healed: datetime) -> float:
    """Seconds after the heal until all that was pressed or asked before it was done."""
    ends = [wait.sent + timedelta(seconds=wait.seconds) for wait in waits if wait.sent <= healed]
    return max(0.0, (max([*ends, settled]) - healed).total_seconds())
