"""How long each step waits, by urgency. A versioned rule, not a setting: nobody can raise it quietly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from notify_service.ladder.domain.ladder import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    rule: str
    family_wait: timedelta
    desk_wait: timedelta
    # Whether the family's phones ring, day and night; else they are told in writing, after their quiet hours.
    rings: bool = True

    def wait(self, *, is_desk: bool) -> timedelta:
        return self.desk_wait if is_desk else self.family_wait


POLICIES = {
    "emergency": Policy(
        rule="policy:ladder_emergency/1", family_wait=timedelta(minutes=2), desk_wait=timedelta(minutes=2)
    ),
    "normal": Policy(
        rule="policy:ladder_normal/1",
        family_wait=timedelta(minutes=10),
        desk_wait=timedelta(minutes=10),
        rings=False,
    ),
    "urgent": Policy(rule="policy:ladder_urgent/1", family_wait=timedelta(minutes=5), desk_wait=timedelta(minutes=5)),
}


def policy_of(urgency: str) -> Policy:
    """An urgency this release does not know is urgent, never less."""
    return POLICIES.get(urgency, POLICIES["urgent"])


def is_graver(urgency: str, before: str) -> bool:
    """The graver one waits less for an answer."""
    return policy_of(urgency).family_wait < policy_of(before).family_wait


def plan(policy: Policy, family: Sequence[str], desk: str) -> tuple[Step, ...]:
    """The first of the family, then all others of it, then the duty desk. Nobody to call: the desk at once."""
    groups = [tuple(family[:1]), tuple(family[1:])]
    called = [Step(wait=policy.family_wait, people=group) for group in groups if group]
    return (*called, Step(wait=policy.desk_wait, people=(desk,), is_desk=True))
