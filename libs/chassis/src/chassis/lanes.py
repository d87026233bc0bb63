"""What has arrived and waits for its batch: the urgent lane first, each lane in the order it came."""

from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

from google.protobuf.message import Message

from chassis.topology import LANES, lane_of

T = TypeVar("T")


class Lanes(Generic[T]):
    """An unknown type waits with the urgent ones: nobody can say that it is not."""

    def __init__(self, messages: Iterable[type[Message]]) -> None:
        self._lane = {each.DESCRIPTOR.full_name: lane_of(each) for each in messages}
        self._waiting: dict[str, deque[T]] = {lane: deque() for lane in LANES}

    def add(self, type_name: str, item: T) -> None:
        self._waiting[self._lane.get(type_name, "urgent")].append(item)

    def take(self, most: int) -> list[T]:
        taken: list[T] = []
        for lane in LANES:
            while self._waiting[lane] and len(taken) < most:
                taken.append(self._waiting[lane].popleft())
        return taken

    def clear(self) -> None:
        for lane in self._waiting.values():
            lane.clear()
