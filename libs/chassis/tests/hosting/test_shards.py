"""Four shards of a lane: the work is spread, each aggregate's facts stay in order, and each is handled once."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from chassis.relay import Relay
from libs.chassis.tests.hosting.conftest import Hosting
from libs.chassis.tests.telling import LISTENER, tell
from suite.testing import DatabaseFactory, TestDatabase
from suite.waiting import until

Host = Callable[..., Hosting]
STORIES = [f"incidents/{number}" for number in range(16)]


@pytest.fixture
def host(database: DatabaseFactory, urls: dict[str, str], tmp_path: Path) -> Iterator[Host]:
    """Starts a process of one consuming service that is told how many shards there are, and which are its own."""
    db, hosts = database("people"), []

    def start(name: str, *, shards: int = 4, own: str = "") -> Hosting:
        prefix = f"ELDERCARE_{LISTENER.upper()}"
        told = {f"{prefix}_SHARDS": str(shards), f"{prefix}_OWN_SHARDS": own}
        hosts.append(Hosting(db, urls[LISTENER], tmp_path, name, **told))
        hosts[-1].start()
        return hosts[-1]

    yield start
    for each in hosts:
        each.process.stop(grace=10)


def told(hosting: Hosting) -> list[Any]:
    """What was handled, in its order."""
    return [message.region for message in hosting.db.messages()]


def in_order_and_once(handled: Sequence[Any], times: int) -> bool:
    by_story = defaultdict(list)
    for each in handled:
        by_story[each.name].append(each.version)
    return dict(by_story) == {story: list(range(1, times + 1)) for story in STORIES}


def test_the_work_is_spread_over_processes_and_every_story_stays_in_order(
    db: TestDatabase, host: Host, relaying: Callable[..., Relay]
) -> None:
    relaying()
    left, right = host("left", own="0,1"), host("right", own="2,3")
    left.wait_ready()
    right.wait_ready()
    for story in STORIES:
        tell(db, story, times=4)
    left.wait_handled(len(STORIES) * 4)
    handled = told(left)
    assert in_order_and_once(handled, 4)
    assert {each.display_name for each in handled} == {"0,1", "2,3"}


def test_a_service_goes_from_one_shard_to_four_without_losing_or_turning_round_a_fact(
    db: TestDatabase, host: Host, relaying: Callable[..., Relay]
) -> None:
    relaying()
    single = host("single", shards=1)
    single.wait_ready()
    single.process.stop(grace=10)
    for story in STORIES:
        tell(db, story, times=2)
    until(lambda: single.in_queue("urgent") == len(STORIES) * 2, "the old queue is full")
    first = host("first", own="0")
    first.wait_ready()  # it has bound the shards by now
    for story in STORIES:
        tell(db, story, times=2)

    def waiting() -> int:
        return sum(first.in_queue("urgent", shard) for shard in (1, 2, 3))

    until(lambda: len(first.handled()) + waiting() == len(STORIES) * 4, "all is handled or waits in a new shard")
    assert 0 < waiting() < len(STORIES) * 2
    assert all(each.version <= 2 for each in told(first)[: len(STORIES) * 2])
    host("rest", own="1,2,3")
    first.wait_handled(len(STORIES) * 4)
    assert in_order_and_once(told(first), 4)
