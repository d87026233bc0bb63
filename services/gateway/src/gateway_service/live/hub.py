"""Who listens to what. One puller a topic, however many listen; a listener that does not read harms nobody else."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import Gauge

from chassis.clock import monotonic
from chassis.identity import Identity
from eldercare.notify.v1.message_pb2 import TimelineEntry
from eldercare.notify.v1.notify_service_pb2 import ListRegionTimelineRequest, ListTimelineRequest
from gateway_service.desk.page import DeskPage
from gateway_service.live.listener import Listener
from gateway_service.live.puller import PAGE, Puller
from gateway_service.live.topic import Topic, region_and_above
from gateway_service.peers import Errand, Peers
from gateway_service.problem.problem import Problem
from gateway_service.text.catalogue import LANGUAGES

# With a doorbell the look by the clock is a net for one that hangs.
LOOK_WITH_BELL_S, LOOK_WITHOUT_BELL_S = 5.0, 1.0
_FETCH_S = 5.0
_FEEDS = Gauge("eldercare_gateway_feeds", "Live feeds that are open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many feeds may be open: of one person, and in all."""

    each: int
    all: int


class Hub:
    def __init__(self, peers: Peers, identity: Identity, room: Room) -> None:
        self._peers, self._identity, self._room = peers, identity, room
        self._pullers: dict[Topic, Puller] = {}
        self._open: Counter[str] = Counter()
        self._all = 0
        self.has_bell = False
        self.newest_id = 0
        self._closing = False

    @contextmanager
    def listening(self, topic: Topic, subject: str) -> Iterator[tuple[Puller, Listener]]:
        """Raises Problem when this person has too many feeds open, or when the gateway is going away."""
        self._admit(subject)
        puller = self._pullers.get(topic) or self._start(topic)
        listener = Listener()
        puller.listeners.add(listener)
        self._open[subject] += 1
        self._all += 1
        try:
            with _FEEDS.track_inprogress():
                yield puller, listener
        finally:
            self._close_one(subject)
            self._leave(puller, listener)

    @property
    def open_feeds(self) -> int:
        return self._all

    def ring(self, incident: str, region: str, entry_id: int) -> None:
        """A new entry is in the store."""
        self.newest_id = max(self.newest_id, entry_id)
        for name in (incident, *region_and_above(region)):
            for puller in self._about(name):
                puller.ring()

    def ring_all(self) -> None:
        """The doorbell was away: look everywhere."""
        for puller in self._pullers.values():
            puller.ring()

    def page(self, page: DeskPage) -> int:
        """Shows a page to the feeds of its region, or of all when it has none; returns how many there were."""
        shown = 0
        every = {topic.name for topic in self._pullers if topic.is_region}
        for name in region_and_above(page.region) if page.region else every:
            for puller in self._about(name):
                shown += sum(listener.offer(page) for listener in list(puller.listeners))
        return shown

    def close(self) -> None:
        self._closing = True
        for puller in self._pullers.values():
            puller.stop("going_away")

    def _about(self, name: str) -> list[Puller]:
        topics = (Topic(name=name, language=language) for language in LANGUAGES)
        return [self._pullers[topic] for topic in topics if topic in self._pullers]

    def _admit(self, subject: str) -> None:
        if self._closing:
            raise Problem("GOING_AWAY", 503, "This gateway is stopping. Connect again.")
        if self._all >= self._room.all:
            raise Problem("FEEDS_FULL", 503, "This gateway holds as many live feeds as it can.", retry_after="10")
        if self._open[subject] >= self._room.each:
            raise Problem("TOO_MANY_FEEDS", 429, "Too many live feeds are open. Close one.", retry_after="5")

    def _close_one(self, subject: str) -> None:
        self._all -= 1
        self._open[subject] -= 1
        if not self._open[subject]:
            del self._open[subject]

    def _start(self, topic: Topic) -> Puller:
        puller = self._pullers[topic] = Puller(topic, self._fetch, self._look_every)
        return puller

    def _look_every(self) -> float:
        return LOOK_WITH_BELL_S if self.has_bell else LOOK_WITHOUT_BELL_S

    def _leave(self, puller: Puller, listener: Listener) -> None:
        puller.listeners.discard(listener)
        if not puller.listeners and self._pullers.get(puller.topic) is puller:
            del self._pullers[puller.topic]
            puller.stop("nobody_listens")

    async def _fetch(self, topic: Topic, after: int) -> list[TimelineEntry]:
        """In the gateway's own name: each listener was checked when it connected."""
        token = self._identity.own_token()
        errand = Errand(token=token, until=monotonic() + _FETCH_S, purpose="live_feed")
        return await entries_after(self._peers, topic, after, errand)


async def entries_after(
    peers: Peers, topic: Topic, after: int, errand: Errand, limit: int = PAGE
) -> list[TimelineEntry]:
    """A page of the timeline in whoever's name the errand is."""
    if topic.is_region:
        wide = ListRegionTimelineRequest(region=topic.name, after_id=after, page_size=limit, language=topic.language)
        return list((await peers.call(peers.notify.ListRegionTimeline, wide, errand)).entries)
    narrow = ListTimelineRequest(incident=topic.name, after_id=after, page_size=limit, language=topic.language)
    return list((await peers.call(peers.notify.ListTimeline, narrow, errand)).entries)
