"""From what happened on a ladder to messages, events and the timer of the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from chassis.work import Work
from notify_service import contract
from notify_service.contact.domain import Channel
from notify_service.ladder import store
from notify_service.ladder.domain.facts import Called, Cause, Closed, Fact, NobodyCame, StoodDown
from notify_service.ladder.domain.policy import policy_of
from notify_service.ladder.store import Loaded, Opening, next_frozen_point
from notify_service.message.domain import CALL, SCREEN, WRITTEN, Template
from notify_service.message.store import Notice, StoredMessage
from notify_service.message.use_cases import pick, send

STEP = "ladder_step"
WORD = {
    Cause.ON_MY_WAY: Template.STOOD_DOWN,
    Cause.TAKE_OVER: Template.DESK_TOOK_OVER,
    Cause.ARRIVED: Template.HELPER_THERE,
}


def carry_out(work: Work, loaded: Loaded, outcome: str = "") -> None:
    """Stores where the ladder stands now, and does what follows from it."""
    store.save(work, loaded.ladder)
    follow(work, loaded, outcome)


def follow(work: Work, loaded: Loaded, outcome: str = "") -> None:
    ladder = loaded.ladder
    for fact in ladder.facts:
        _carry_out(work, loaded.opening, fact, outcome)
    key = timer_key(loaded.opening.incident)
    if ladder.due is None:
        work.cancel_timer(key)
    elif ladder.facts:
        set_step_timer(work, loaded)
    ladder.facts.clear()


def set_step_timer(work: Work, loaded: Loaded) -> None:
    incident, ladder = loaded.opening.incident, loaded.ladder
    if ladder.due is not None:
        work.set_timer(timer_key(incident), STEP, ladder.due, {"incident": incident, "step": ladder.step})


def timer_key(incident: str) -> str:
    return f"ladder:{incident}"


def call_desk_aside(work: Work, loaded: Loaded, occasion: str) -> None:
    """The duty desk is called beside the ladder, which goes on calling the family or rests."""
    desk = loaded.ladder.steps[-1].people
    notice = notice_of(loaded.opening, Template.DESK_RESPONSIBLE, occasion=f"deadline:{occasion}")
    _send_frozen(work, notice, desk, CALL)


def tell_further_alarm(work: Work, loaded: Loaded, alarm: str, kind: str) -> None:
    """Whoever was called sees a further alarm on the live view; the phone does not ring twice for one frame."""
    notice = notice_of(loaded.opening, Template.ALARM_AGAIN, occasion=alarm, kind=kind)
    _send_frozen(work, notice, loaded.ladder.called(), SCREEN)


def ring_graver_alarm(work: Work, loaded: Loaded, alarm: str, kind: str) -> None:
    """It is worse than everybody thinks: the phones of all who were called and of the desk ring, whoever is going."""
    notice = notice_of(loaded.opening, Template.ALARM_AGAIN, occasion=alarm, kind=kind)
    people = (*loaded.ladder.called(), *loaded.ladder.steps[-1].people)
    _send_frozen(work, replace(notice, is_urgent=True), people, CALL)


def notice_of(
    opening: Opening, template: Template, *, step: int = 0, occasion: str = "", is_call: bool = False, **params: str
) -> Notice:
    known = {
        "number": opening.number,
        "kind": opening.alarm_kind,
        "elder": opening.person,
        "alarm_time": opening.alarm_time.isoformat(),
    }
    return Notice(
        template=template,
        params=known | params,
        region=opening.region,
        person=opening.person,
        correlation=opening.correlation,
        incident=opening.incident,
        step=step,
        occasion=occasion,
        is_call=is_call,
    )


def _carry_out(work: Work, opening: Opening, fact: Fact, outcome: str) -> None:
    match fact:
        case Called():
            rings = fact.is_desk or policy_of(opening.urgency).rings
            notice = notice_of(opening, _call_template(opening, fact), step=fact.step, is_call=True)
            _send_frozen(work, replace(notice, is_urgent=rings), fact.people, CALL if rings else WRITTEN)
        case NobodyCame():
            contract.nobody_reached(work, opening)
        case StoodDown():
            notice = notice_of(opening, WORD[fact.cause], step=fact.step, occasion=fact.by, who=fact.by)
            _send_frozen(work, notice, fact.told, WRITTEN)
        case Closed():
            _send_frozen(work, notice_of(opening, Template.INCIDENT_CLOSED, outcome=outcome), fact.told, WRITTEN)
        case _:
            assert_never(fact)


def _call_template(opening: Opening, fact: Called) -> Template:
    if fact.is_desk:
        return Template.NOBODY_COMING
    return Template.ALARM_LATE if opening.archived else Template.ALARM_RAISED


def _send_frozen(work: Work, notice: Notice, people: Sequence[str], channels: Sequence[Channel]) -> None:
    if people:
        points = store.frozen_points(work, notice.incident, people)
        send(work, notice, [point for who in people for point in pick(who, points, channels)])


def fall_back(work: Work, refused: StoredMessage) -> None:
    """A number that refused for good is followed by the person's next frozen one of the same channel."""
    notice, point = refused.notice, refused.contact_point
    if point is None:
        return
    following = next_frozen_point(work, notice.incident, refused.recipient, point)
    if following is not None:
        send(work, replace(notice, occasion=f"point:{following.rank}"), [following])
