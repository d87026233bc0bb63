"""External effects: the row before the call, the outcome after it; what is unknown is asked about, not repeated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from chassis.context import Context
from chassis.work import Work

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


@runtime_checkable
class GroupExecutor(Executor, Protocol):
    """Calls that take next to no time, so that many are claimed, made and settled at once.

    Only first tries go together; what did not succeed goes alone, and so does each of a group that cannot be settled.
    """

    most: int

    def call_all(self, effects: Sequence[Effect]) -> Sequence[Outcome | Exception]:
        """What became of each, in their order. It should raise for none of them: then all are unknown."""

    def settle_all(self, work: Work, settled: Sequence[tuple[Effect, Outcome]]) -> None:
        """As `settle`, of many in one transaction: what one of them tells belongs into `work.within` its context."""


class OneShot:
    """Five tries with doubling delays; the other side honours the key, so an unknown call is simply repeated."""

    attempts: int | None = 5

    def delay(self, attempt: int) -> float:
        return float(2 ** (attempt - 1))

    def ask(self, effect: Effect) -> Outcome | None:
        return None
