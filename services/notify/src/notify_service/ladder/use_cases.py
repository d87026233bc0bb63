"""Starting, walking and ending a ladder. Each is one transaction that holds the ladder's row."""

from __future__ import annotations

import structlog

from chassis.refusal import NotFound
from chassis.work import Work
from notify_service import contract
from notify_service.contact import store as contacts
from notify_service.contact.store import Point
from notify_service.ladder import store
from notify_service.ladder.carry_out import (
    call_desk_aside,
    carry_out,
    follow,
    ring_graver_alarm,
    set_step_timer,
    tell_further_alarm,
)
from notify_service.ladder.domain.ladder import Answer, Ladder
from notify_service.ladder.domain.policy import is_graver, plan, policy_of
from notify_service.ladder.store import Loaded, Opening
from notify_service.message.use_cases import feed_of
from notify_service.relation.store import family_of
from notify_service.timeline.store import workers_of_incident

log = structlog.get_logger(__name__)


def start_ladder(work: Work, opening: Opening) -> str:
    """Freezes the ladder and takes its first step. The event and the rpc may both ask, even at once: it starts once."""
    policy = policy_of(opening.urgency)
    desk = contacts.nearest_desk(work, opening.region) or opening.region
    people = family_of(work, opening.person) if opening.person else []
    points: dict[str, list[Point]] = {who: [] for who in (*people, desk)}
    for point in contacts.points_of(work, list(points)):
        points[point.owner].append(point)
    family = [who for who, own in points.items() if own and who != desk]
    steps = plan(policy, family, desk)
    ladder = Ladder(incident=opening.incident, person=opening.person, steps=steps)
    ladder.start(work.now)
    if not store.add(work, opening, policy.rule, ladder):
        return opening.ladder
    store.freeze(work, opening.incident, steps, {who: [*own, feed_of(who)] for who, own in points.items()})
    if not points[desk]:
        log.error("desk.missing", region=opening.region, incident=opening.incident)
    contract.ladder_started(work, opening, steps=len(steps), rule=policy.rule)
    follow(work, Loaded(opening=opening, rule=policy.rule, ladder=ladder))
    return opening.ladder


def take_next_step(work: Work, incident: str, step: int) -> None:
    """The wait of a step is over."""
    loaded = store.load(work, incident)
    if loaded is None:
        return
    loaded.ladder.time_out(step, work.now)
    carry_out(work, loaded)


def answer(work: Work, incident: str, person: str, kind: Answer, via: str, *, is_operator: bool = False) -> bool:
    """A person said one of the four, in the app, by key press or by reply. True when others were stood down."""
    loaded = store.load(work, incident)
    if loaded is None:
        raise NotFound(incident)
    ladder = loaded.ladder
    is_worker = person in workers_of_incident(work, incident)
    stood_down = ladder.answer(person, kind, work.now, is_operator=is_operator, is_worker=is_worker)
    store.add_answer(work, ladder, person, kind, via, is_operator=is_operator)
    contract.answer_given(work, loaded.opening, person, kind, is_operator=is_operator)
    carry_out(work, loaded)
    return stood_down


def deadline_passed(work: Work, incident: str, occasion: str) -> None:
    """The responsible party did not move the incident on: the duty desk is called, whatever the ladder does."""
    loaded = store.load(work, incident)
    if loaded is None:
        log.error("ladder.unknown", incident=incident)
        return
    if not loaded.ladder.deadline_passed(work.now):
        call_desk_aside(work, loaded, occasion)
    carry_out(work, loaded)


def desk_is_responsible(work: Work, incident: str, occasion: str) -> None:
    """The incident is back at the desk though the ladder goes on: the desk hears of it, unless it is being called."""
    loaded = store.load(work, incident)
    if loaded is not None and not loaded.ladder.is_at_desk():
        call_desk_aside(work, loaded, occasion)


def alarm_joined(work: Work, incident: str, alarm: str, kind: str, urgency: str) -> None:
    """A further alarm: a graver one rings, and the later steps ring, sooner; any other shows on the live view."""
    loaded = store.load(work, incident)
    if loaded is None:
        return
    if not is_graver(urgency, loaded.opening.urgency):
        tell_further_alarm(work, loaded, alarm, kind)
        return
    ring_graver_alarm(work, loaded, alarm, kind)
    store.raise_urgency(work, incident, urgency, kind)
    loaded.ladder.hurry(policy_of(urgency).wait(is_desk=loaded.ladder.is_at_desk()), work.now)
    store.save(work, loaded.ladder)
    set_step_timer(work, loaded)


def taken_over(work: Work, incident: str, by: str) -> None:
    """An operator took the incident over at order; nobody is called any more."""
    loaded = store.load(work, incident)
    if loaded is not None:
        loaded.ladder.taken_over(by)
        carry_out(work, loaded)


def helper_arrived(work: Work, incident: str, worker: str) -> None:
    loaded = store.load(work, incident)
    if loaded is not None:
        loaded.ladder.arrived(worker)
        carry_out(work, loaded)


def close_ladder(work: Work, incident: str, outcome: str) -> None:
    loaded = store.load(work, incident)
    if loaded is not None:
        loaded.ladder.close()
        carry_out(work, loaded, outcome=outcome)
