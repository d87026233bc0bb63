"""External effects: the row before the call, the outcome after it; what is unknown is asked about, not repeated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import structlog
from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from chassis.context import Context
from chassis.database import is_lost, notify
from chassis.metrics import EFFECT_SECONDS, EFFECTS
from chassis.trace import span
from chassis.work import Work

log = structlog.get_logger(__name__)

LONGEST_DELAY_S = 3600.0

State = Literal["done", "refused", "later", "given_up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A call to the outside. `key` is its idempotency key; `attempt` counts from 1.

    `in_doubt`: nobody knows how an earlier try ended. Tries that certainly did not happen do not change that.
    """

    key: str
    kind: str
    request: Mapping[str, Any]
    attempt: int
    timeout_s: float
    context: Context
    in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a call."""

    state: State
    reference: str = ""
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def done(cls, reference: str = "", **detail: Any) -> "Outcome":
        return cls(state="done", reference=reference, detail=detail)

    @classmethod
    def refused(cls, reason: str, **detail: Any) -> "Outcome":
        return cls(state="refused", reason=reason, detail=detail)

    @classmethod
    def later(cls, reason: str) -> "Outcome":
        """This try certainly did not happen; it may be tried again."""
        return cls(state="later", reason=reason)


class Executor(Protocol):
    """How one kind of effect is called, asked about and settled."""

    attempts: int | None

    def delay(self, attempt: int) -> float:
        """Seconds before the next try."""

    def call(self, effect: Effect) -> Outcome:
        """Outside any transaction. An exception means: unknown."""

    def ask(self, effect: Effect) -> Outcome | None:
        """What became of an unknown call; None when it may be called again with the same key."""

    def settle(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        """In the transaction that stores the outcome; once, for done, refused or given_up."""


class OneShot:
    """Five tries with doubling delays; the other side honours the key, so an unknown call is simply repeated."""

    attempts: int | None = 5

    def delay(self, attempt: int) -> float:
        return float(2 ** (attempt - 1))

    def ask(self, effect: Effect) -> Outcome | None:
        return None


class EffectRunner:
    """Claims a due effect, calls it outside any transaction, settles it in one."""

    def __init__(self, url: str, service: str, executors: Mapping[str, Executor]) -> None:
        self.url, self.service, self.executors = url, service, executors

    def tick(self, connection: Connection[DictRow]) -> int:
        """Makes at most one call; returns how many."""
        row = self._claim(connection)
        if row is None:
            return 0
        effect = _effect_of(row, self.service)
        with span(f"effect {effect.kind}", effect.context.traceparent):
            structlog.contextvars.bind_contextvars(correlation=effect.context.correlation)
            with EFFECT_SECONDS.labels(self.service, effect.kind).time():
                outcome = self._outcome(effect)
            EFFECTS.labels(
                self.service, effect.kind, "unknown" if isinstance(outcome, Exception) else outcome.state
            ).inc()
            self._settle(connection, effect, outcome)
        return 1

    def _claim(self, connection: Connection[DictRow]) -> DictRow | None:
        """A row that is due; one whose caller died in mid-call is due at the end of its time-out."""
        return connection.execute(
            """WITH due AS (
                   SELECT key, state AS before FROM effects
                   WHERE settled_at IS NULL AND due_at <= app_now() AND kind = ANY(%s)
                   ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
               UPDATE effects e SET state = 'calling', attempts = attempts + 1,
                   due_at = app_now() + (timeout_s + 1) * interval '1 second'
               FROM due WHERE e.key = due.key RETURNING e.*, due.before""",
            [list(self.executors)],
        ).fetchone()

    def _outcome(self, effect: Effect) -> Outcome | Exception:
        executor = self.executors[effect.kind]
        try:
            known = executor.ask(effect) if effect.in_doubt else None
            return known or executor.call(effect)
        except Exception as unknown:
            return unknown

    def _settle(self, connection: Connection[DictRow], effect: Effect, outcome: Outcome | Exception) -> None:
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
            rings = self._store(connection, effect, outcome)
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

    def _store(self, connection: Connection[DictRow], effect: Effect, outcome: Outcome) -> set[str]:
        """Only the attempt that still owns the row may settle it; a zombie's outcome changes nothing."""
        with connection.transaction(), Work(connection, effect.context) as work:
            owned = work.run(
                """UPDATE effects SET state = %s, reference = %s, detail = %s, error = %s, settled_at = app_now()
                   WHERE key = %s AND settled_at IS NULL AND attempts = %s""",
                [
                    outcome.state,
                    outcome.reference,
                    Jsonb(dict(outcome.detail)),
                    outcome.reason[:2000],
                    effect.key,
                    effect.attempt,
                ],
            )
            if owned:
                self.executors[effect.kind].settle(work, effect, outcome)
        return work.rings


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
