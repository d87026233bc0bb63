"""Fanning out: bounded for each, harmless for all, nothing lost between what was missed and what comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from eldercare.notify.v1.message_pb2 import TimelineEntry
from gateway_service.live.listener import WAITING, Listener
from gateway_service.live.puller import PAGE, Puller
from gateway_service.live.topic import Topic
from gateway_service.problem.problem import Problem

TOPIC = Topic(name="incidents/1", language="en")


def entry(number: int) -> TimelineEntry:
    return TimelineEntry(id=number)


class Story:
    """A timeline that grows; it can be away for a while."""

    def __init__(self, length: int) -> None:
        self.entries = [entry(number) for number in range(1, length + 1)]
        self.is_away, self.was_missed = False, asyncio.Event()

    async def after(self, _: Topic, entry_id: int) -> list[TimelineEntry]:
        if self.is_away:
            self.was_missed.set()
            raise Problem("UNREACHABLE", 503)
        return [each for each in self.entries if each.id > entry_id][:PAGE]

    def grow(self, count: int = 1) -> None:
        self.entries += [entry(len(self.entries) + 1 + number) for number in range(count)]


def in_a_loop(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 20))


async def read(listener: Listener, count: int) -> list[int]:
    told: list[int] = []
    async for news in listener.read():
        assert isinstance(news, TimelineEntry)
        told.append(news.id)
        if len(told) == count:
            break
    return told


def test_a_client_that_never_reads_is_let_go_and_the_others_read_on() -> None:
    async def scene() -> None:
        story = Story(0)
        puller = Puller(TOPIC, story.after, lambda: 60)
        sleeper, reader = Listener(), Listener(waiting=10_000)
        puller.listeners |= {sleeper, reader}
        puller.begin_after(0)
        story.grow(WAITING * 2)
        puller.ring()
        assert await read(reader, WAITING * 2) == list(range(1, WAITING * 2 + 1))
        assert sleeper.closed == "never_read"
        assert puller.listeners == {reader}
        assert [news async for news in sleeper.read()] == []
        puller.stop("end")

    in_a_loop(scene)


def test_without_a_doorbell_new_lines_are_found_by_looking() -> None:
    async def scene() -> None:
        story = Story(3)
        puller = Puller(TOPIC, story.after, lambda: 0.01)
        listener = Listener()
        puller.listeners.add(listener)
        puller.begin_after(3)
        story.grow(2)
        assert await read(listener, 2) == [4, 5]
        puller.stop("end")

    in_a_loop(scene)


def test_a_timeline_that_was_away_is_caught_up_with() -> None:
    async def scene() -> None:
        story = Story(1)
        story.is_away = True
        puller = Puller(TOPIC, story.after, lambda: 0.01)
        listener = Listener()
        puller.listeners.add(listener)
        puller.begin_after(0)
        await story.was_missed.wait()
        story.grow(PAGE * 2)
        story.is_away = False
        assert await read(listener, PAGE * 2 + 1) == list(range(1, PAGE * 2 + 2))
        puller.stop("end")

    in_a_loop(scene)


def test_who_comes_later_with_less_makes_nobody_miss_anything() -> None:
    async def scene() -> None:
        story = Story(5)
        puller = Puller(TOPIC, story.after, lambda: 60)
        early, late = Listener(), Listener()
        puller.listeners |= {early, late}
        puller.begin_after(5)
        puller.begin_after(3)
        assert await read(late, 2) == [4, 5]
        story.grow()
        puller.ring()
        assert 6 in await read(early, 3)
        puller.stop("end")

    in_a_loop(scene)


def test_nobody_is_told_anything_before_the_first_listener_has_caught_up() -> None:
    async def scene() -> None:
        asked: list[int] = []
        was_asked = asyncio.Event()

        async def watched(_: Topic, entry_id: int) -> list[TimelineEntry]:
            asked.append(entry_id)
            was_asked.set()
            return []

        puller = Puller(TOPIC, watched, lambda: 0.001)
        for _ in range(20):
            await asyncio.sleep(0)
        assert asked == []
        puller.begin_after(7)
        await was_asked.wait()
        assert asked[0] == 7
        puller.stop("end")

    in_a_loop(scene)


def test_a_feed_that_cannot_be_filled_does_not_pretend_to_be_live() -> None:
    async def scene() -> None:
        story = Story(1)
        story.is_away = True
        puller = Puller(TOPIC, story.after, lambda: 0.01)
        listener = Listener()
        puller.listeners.add(listener)
        puller.begin_after(0)
        assert [news async for news in listener.read()] == []
        assert listener.closed == "not_fetched"
        puller.stop("end")

    in_a_loop(scene)
