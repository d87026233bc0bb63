"""Telling people: which contact points, when, and each message once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from chassis.ids import uuid7
from chassis.work import EffectRequest, Work
from notify_service import contract
from notify_service.contact import store as contacts
from notify_service.contact.domain import Channel
from notify_service.contact.store import Point
from notify_service.message import store
from notify_service.message.domain import FIRST, LAST_RESORT, LIMITS, free_at, quiet_over
from notify_service.message.store import Draft, Notice
from notify_service.relation.store import zone_of

# Each kind has threads of its own in core: a mail server that hangs keeps no telephone from ringing. So has a lane:
# whoever is called first waits for nobody who is told beside.
CALL, POST, SEND = "call", "post", "send"
KINDS = (CALL, POST, SEND)
AHEAD = "ahead"
_SLOW = frozenset({Channel.EMAIL, Channel.WEBHOOK})
CALL_TIMEOUT_S = 10


def tell(work: Work, recipients: Sequence[str], notice: Notice, channels: Sequence[Channel]) -> None:
    """Tells people by the contact points they have now."""
    people = list(dict.fromkeys(who for who in recipients if who))
    points = contacts.points_of(work, people) if people else []
    send(work, notice, [point for who in people for point in pick(who, points, channels)])


def pick(who: str, points: Iterable[Point], channels: Sequence[Channel]) -> list[Point]:
    """The first point of each channel, and the live feed. Who has none of these is told by SMS or phone."""
    own: dict[str, Point] = {}
    for point in points:
        if point.owner == who:
            own.setdefault(point.channel, point)
    chosen = [own[channel] for channel in channels if channel in own]
    if not chosen and len(channels) > 1:
        chosen = [own[channel] for channel in LAST_RESORT if channel in own][:1]
    return [*chosen, feed_of(who)] if Channel.FEED in channels else chosen


def feed_of(who: str) -> Point:
    return Point(owner=who, channel=Channel.FEED.value, id=None, rank=0, quiet_hours="")


def send(work: Work, notice: Notice, points: Sequence[Point]) -> None:
    """Stores the messages and asks core to send them. A message that exists already is left alone."""
    if not points:
        return
    moments = [work.now] * len(points) if notice.is_urgent else _may_go(work, notice, points)
    drafts = [_draft(point, due) for point, due in zip(points, moments, strict=True)]
    names = store.add(work, notice, drafts)
    fresh = [draft for draft in drafts if draft.name in names]
    for draft in fresh:
        if draft.is_shown:
            contract.message_shown(work, notice, draft)
    work.request_effects([request_of(notice, draft) for draft in fresh if not draft.is_shown])


def request_of(notice: Notice, draft: Draft) -> EffectRequest:
    kind = kind_of(Channel(draft.channel), is_urgent=notice.is_urgent)
    return EffectRequest(
        key=draft.name,
        kind=kind,
        lane=AHEAD if kind == CALL and notice.template in FIRST else "",
        request={"message": draft.name},
        due=None if notice.is_urgent else draft.due,
        timeout_s=CALL_TIMEOUT_S,
    )


def kind_of(channel: Channel, *, is_urgent: bool) -> str:
    """Which threads bring a message out: urgent calls wait behind nothing slower than themselves."""
    if channel in _SLOW:
        return POST
    return CALL if is_urgent else SEND


def _draft(point: Point, due: datetime) -> Draft:
    return Draft(
        name=f"messages/{uuid7()}", recipient=point.owner, channel=point.channel, contact_point=point.id, due=due
    )


def _may_go(work: Work, notice: Notice, points: Sequence[Point]) -> list[datetime]:
    """After the quiet hours and within the limits. Zone and earlier messages are asked for once."""
    local = work.now
    if any(point.quiet_hours for point in points):
        local = local.astimezone(zone_of(work, notice.region))
    limited = {(point.owner, point.channel) for point in points if Channel(point.channel) in LIMITS}
    earlier = store.times_of_others(work, limited)
    return [
        free_at(
            Channel(point.channel),
            earlier.get((point.owner, point.channel), ()),
            max(quiet_over(point.quiet_hours, local), work.now),
        )
        for point in points
    ]
