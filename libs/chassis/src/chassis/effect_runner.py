"""Who makes the calls of one database: claims what is due, calls, settles."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from chassis.clock import monotonic
from chassis.context import Context
from chassis.database import is_lost, notify
from chassis.effects import Effect, Executor, GroupExecutor, Outcome
from chassis.metrics import EFFECT_SECONDS, EFFECTS
from chassis.trace import span
from chassis.work import Work

log = structlog.get_logger(__name__)

LONGEST_DELAY_S = 3600.0

Answer = Outcome | Exception
Ended = tuple[Effect, Outcome]


class EffectRunner:
    """Claims due effects, calls them outside any transaction, settles them in one.

    With `lanes` those of them only, or, `beside` them, those of no such lane.
    """

    def __init__(
        self,
        url: str,
        service: str,
        executors: Mapping[str, Executor],
        *,
        lanes: Collection[str] = (),
        beside: bool = True,
    ) -> None:
        self.url, self.service, self.executors = url, service, executors
        self._lanes, self._is_within = list(lanes), not beside
        self._groups = {kind: each for kind, each in executors.items() if isinstance(each, GroupExecutor)}
        self._shares = _shares_of(executors, self._groups)

    def tick(self, connection: Connection[DictRow]) -> int:
        """Makes one call, or those of one group; returns how many."""
        for kinds, most in self._shares:
            effects = self._claim(connection, kinds, most)
            for lot in _lots_of(effects):
                with _story_of(lot):
                    self._settle_lot(connection, lot, self._call(lot))
            if effects:
                return len(effects)
        return 0

    def _claim(self, connection: Connection[DictRow], kinds: Sequence[str], most: int) -> list[Effect]:
        """Rows that are due; one whose caller died in mid-call is due at the end of its time-out."""
        rows = connection.execute(
            """WITH due AS (
                   SELECT key, state AS before FROM effects
                   WHERE settled_at IS NULL AND due_at <= app_now() AND kind = ANY(%s) AND (lane = ANY(%s)) = %s
                   ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)
               UPDATE effects e SET state = 'calling', attempts = attempts + 1,
                   due_at = app_now() + (timeout_s + 1) * interval '1 second'
               FROM due WHERE e.key = due.key RETURNING e.*, due.before""",
            [list(kinds), self._lanes, self._is_within, most],
        ).fetchall()
        return sorted((_effect_of(row, self.service) for row in rows), key=lambda effect: effect.key)

    def _call(self, lot: Sequence[Effect]) -> list[Answer]:
        """What became of each of a lot."""
        began = monotonic()
        answers = self._call_together(lot) if len(lot) > 1 else [self._outcome(lot[0])]
        took = monotonic() - began
        for effect, answer in zip(lot, answers, strict=True):
            EFFECT_SECONDS.labels(self.service, effect.kind).observe(took)
            state = "unknown" if isinstance(answer, Exception) else answer.state
            EFFECTS.labels(self.service, effect.kind, state).inc()
        return answers

    def _call_together(self, lot: Sequence[Effect]) -> list[Answer]:
        try:
            return list(self._groups[lot[0].kind].call_all(lot))  # others are claimed one by one
        except Exception as unknown:
            return [unknown] * len(lot)

    def _outcome(self, effect: Effect) -> Answer:
        executor = self.executors[effect.kind]
        try:
            known = executor.ask(effect) if effect.in_doubt else None
            return known or executor.call(effect)
        except Exception as unknown:
            return unknown

    def _settle_lot(self, connection: Connection[DictRow], lot: Sequence[Effect], answers: Sequence[Answer]) -> None:
        """The ends of a group in one transaction; what has no end yet, or could not be settled so, by itself."""
        pairs = list(zip(lot, answers, strict=True))
        ended = [(effect, each) for effect, each in pairs if isinstance(each, Outcome) and each.state != "later"]
        together = ended if len(ended) > 1 and self._settle_together(connection, ended) else []
        settled = {effect.key for effect, _ in together}
        for effect, answer in pairs:
            if effect.key not in settled:
                self._settle(connection, effect, answer)

    def _settle_together(self, connection: Connection[DictRow], ended: Sequence[Ended]) -> bool:
        try:
            rings = self._store(connection, ended)
        except Exception:  # one of them may be to blame: each is settled alone, as if it had been called alone
            if is_lost(connection):
                raise
            log.exception("effect.group_unsettled", kind=ended[0][0].kind, count=len(ended))
            return False
        notify(connection, rings)
        return True

    def _settle(self, connection: Connection[DictRow], effect: Effect, outcome: Answer) -> None:
        executor = self.executors[effect.kind]
        last = executor.attempts is not None and effect.attempt >= executor.attempts
        if isinstance(outcome, Exception) or outcome.state == "later":
            reason = repr(outcome) if isinstance(outcome, Exception) else outcome.reason
            state = "unknown" if effect.in_doubt or isinstance(outcome, Exception) else "pending"
            log.warning("effect.delayed", kind=effect.kind, key=effect.key, attempt=effect.attempt, state=state)
            if not last:
                self._postpone(connection, effect, state, reason)
                return
            outcome = Outcome(state="given_up", reason=reason)
        try:
            rings = self._store(connection, [(effect, outcome)])
        except Exception as failure:  # the outcome is not lost: asked about again when the row is due
            if is_lost(connection):
                raise
            log.exception("effect.unsettled", kind=effect.kind, key=effect.key)
            self._postpone(connection, effect, "unknown", repr(failure))
            return
        notify(connection, rings)

    def _postpone(self, connection: Connection[DictRow], effect: Effect, state: str, reason: str) -> None:
        delay = _bounded(self.executors[effect.kind], effect.attempt)
        connection.execute(
            """UPDATE effects SET state = %s, error = %s, due_at = app_now() + %s * interval '1 second'
               WHERE key = %s AND settled_at IS NULL AND attempts = %s""",
            [state, reason[:2000], delay, effect.key, effect.attempt],
        )

    def _store(self, connection: Connection[DictRow], ended: Sequence[Ended]) -> set[str]:
        """Only the attempt that still owns a row may settle it; a zombie's outcome changes nothing."""
        (effect, outcome), *others = ended
        with connection.transaction(), Work(connection, Context() if others else effect.context) as work:
            owned = _own(work, ended)
            if others:
                self._groups[effect.kind].settle_all(work, [pair for pair in ended if pair[0].key in owned])
            elif owned:
                self.executors[effect.kind].settle(work, effect, outcome)
        return work.rings


def _own(work: Work, ended: Sequence[Ended]) -> set[str]:
    """Writes the ends down; the keys of those whose end it is."""
    rows = work.all(
        """UPDATE effects SET state = s.state, reference = s.reference, detail = s.detail, error = s.error,
               settled_at = app_now()
           FROM jsonb_to_recordset(%s) AS s(key text, attempt int, state text, reference text, detail jsonb, error text)
           WHERE effects.key = s.key AND settled_at IS NULL AND attempts = s.attempt RETURNING effects.key""",
        [Jsonb([_end_of(effect, outcome) for effect, outcome in ended])],
    )
    return {row["key"] for row in rows}


def _shares_of(kinds: Iterable[str], grouped: Mapping[str, GroupExecutor]) -> list[tuple[list[str], int]]:
    """Which kinds are claimed together, and how many at once: those of one group executor; all others one by one."""
    groups: dict[int, tuple[list[str], int]] = {}
    for kind, executor in grouped.items():
        groups.setdefault(id(executor), ([], executor.most))[0].append(kind)
    single = [kind for kind in kinds if kind not in grouped]
    return [*([(single, 1)] if single else []), *groups.values()]


def _lots_of(effects: Sequence[Effect]) -> list[list[Effect]]:
    """First tries go together; all others alone."""
    fresh = [effect for effect in effects if effect.attempt == 1]
    return [*([fresh] if fresh else []), *([effect] for effect in effects if effect.attempt > 1)]


@contextmanager
def _story_of(lot: Sequence[Effect]) -> Iterator[None]:
    """What is logged and traced belongs to the story of the effect; a group has none of its own."""
    if len(lot) > 1:
        structlog.contextvars.unbind_contextvars("correlation")
        yield
        return
    (effect,) = lot
    with span(f"effect {effect.kind}", effect.context.traceparent):
        structlog.contextvars.bind_contextvars(correlation=effect.context.correlation)
        yield


def _end_of(effect: Effect, outcome: Outcome) -> dict[str, Any]:
    return {
        "key": effect.key,
        "attempt": effect.attempt,
        "state": outcome.state,
        "reference": outcome.reference,
        "detail": dict(outcome.detail),
        "error": outcome.reason[:2000],
    }


def _bounded(executor: Executor, attempt: int) -> float:
    """An executor that doubles for ever would leave the range of numbers one day."""
    try:
        return max(0.0, min(executor.delay(attempt), LONGEST_DELAY_S))
    except ArithmeticError:
        return LONGEST_DELAY_S


def _effect_of(row: DictRow, service: str) -> Effect:
    origin = row["context"] | {"causation": f"effects/{row['key']}", "actor": f"services/{service}"}
    return Effect(
        key=row["key"],
        kind=row["kind"],
        request=row["request"],
        attempt=row["attempts"],
        timeout_s=row["timeout_s"],
        context=Context.from_json(origin),
        in_doubt=row["before"] != "pending",
    )
