"""From the queue into transactions: what happens to the others when one frame, or the store, fails."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import psycopg

from chassis.ids import uuid7
from device_service.adapters.contract import SessionState
from device_service.frame.received import Received, Stored, Verdict
from device_service.ingress.writer import Writer

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
SESSION: UUID = uuid7()
Store = Callable[[Sequence[Received]], list[Stored]]


def said(word: str, identity: str = "granny") -> Received:
    return Received(
        adapter="watch", identity=identity, session=SESSION, number=1, data=word.encode(), state=SessionState()
    )


def note(answers: list[tuple[str, Verdict | None]], word: str, stored: Stored | None) -> None:
    answers.append((word, stored.verdict if stored else None))


def heard_by(store: Store, *frames: Received) -> list[tuple[str, Verdict | None]]:
    """Everything is handed in at once; returns who was answered what, in the order of the answers."""

    async def run() -> list[tuple[str, Verdict | None]]:
        answers: list[tuple[str, Verdict | None]] = []
        writer = Writer(store, lanes=1, batch=8, most_bytes=1_000)
        for frame in frames:
            writer.submit(frame, partial(note, answers, frame.data.decode()))
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            work = group.create_task(writer.run())
            while len(answers) < len(frames):  # noqa: ASYNC110 - the answers come from the writer's own task
                await asyncio.sleep(0.001)
            work.cancel()
        assert writer.is_idle
        writer.close()
        return answers

    return asyncio.run(run())


def stored(frames: Sequence[Received]) -> list[Stored]:
    return [Stored(verdict=Verdict.STORED) for _ in frames]


def test_one_frame_that_breaks_its_batch_costs_itself_alone() -> None:
    def store(frames: Sequence[Received]) -> list[Stored]:
        if any(frame.data == b"poison" for frame in frames):
            raise ValueError("a bug of ours")
        return stored(frames)

    frames = [said("one"), said("two"), said("poison"), said("three"), said("four", "uncle")]
    answers = heard_by(store, *frames)
    assert dict(answers) == {
        "one": Verdict.STORED,
        "two": Verdict.STORED,
        "poison": None,
        "three": Verdict.STORED,
        "four": Verdict.STORED,
    }
    assert [word for word, _ in answers if word != "four"] == ["one", "two", "poison", "three"]


def test_a_value_the_database_cannot_take_is_not_tried_for_ever() -> None:
    def store(frames: Sequence[Received]) -> list[Stored]:
        if any(frame.data == b"poison" for frame in frames):
            raise psycopg.DataError("made up")
        return stored(frames)

    assert heard_by(store, said("poison"), said("one")) == [("poison", None), ("one", Verdict.STORED)]


def test_a_lost_store_is_waited_for_and_told_that_this_is_a_second_try() -> None:
    tries: list[list[tuple[str, bool]]] = []

    def store(frames: Sequence[Received]) -> list[Stored]:
        tries.append([(frame.data.decode(), frame.retried) for frame in frames])
        if len(tries) < 3:
            raise psycopg.OperationalError("made up")
        return stored(frames)

    answers = heard_by(store, said("one"), said("two"))
    assert answers == [("one", Verdict.STORED), ("two", Verdict.STORED)]
    assert tries == [
        [("one", False), ("two", False)],
        [("one", True), ("two", True)],
        [("one", True), ("two", True)],
    ]


def test_what_waits_is_counted_until_it_is_stored() -> None:
    writer = Writer(stored, lanes=1, batch=8, most_bytes=10)
    writer.submit(said("twelve bytes"), lambda _: None)
    assert writer.is_full
    assert not writer.is_idle
    writer.close()
