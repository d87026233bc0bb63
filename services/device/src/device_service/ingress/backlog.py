"""What waits to be stored. Frames of one identity keep their order; identities with an alarm go first."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from device_service.frame.received import Received, Stored

FAIR_SHARE = 16

Answer = Callable[[Stored | None], None]


@dataclass(slots=True, kw_only=True)
class Waiting:
    """`answer` hears what became of the frame; None when it could not be stored at all."""

    frame: Received
    answer: Answer

    @property
    def identity(self) -> str:
        return self.frame.identity


class _Line:
    __slots__ = ("alarms", "frames")

    def __init__(self) -> None:
        self.frames: deque[Waiting] = deque()
        self.alarms = 0


class Backlog:
    """One lane's queue. An alarm pulls what its own watch said before it along, and nothing else."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}
        self._normal: dict[str, None] = {}
        self._urgent: dict[str, None] = {}

    def __len__(self) -> int:
        return sum(len(line.frames) for line in self._lines.values())

    def __bool__(self) -> bool:
        return bool(self._lines)

    def put(self, waiting: Waiting) -> None:
        self._line(waiting).frames.append(waiting)

    def put_back(self, batch: Iterable[Waiting]) -> None:
        for waiting in reversed(list(batch)):
            self._line(waiting).frames.appendleft(waiting)

    def take(self, most: int) -> list[Waiting]:
        """Alarms alone when there are any: a batch of vitals must not make them wait."""
        batch: list[Waiting] = []
        urgent = bool(self._urgent)
        queue = self._urgent if urgent else self._normal
        while queue and len(batch) < most:
            batch += self._take_of(next(iter(queue)), most - len(batch), urgent=urgent)
        return batch

    def _take_of(self, identity: str, room: int, *, urgent: bool) -> list[Waiting]:
        line = self._lines[identity]
        taken: list[Waiting] = []
        most = room if urgent else min(room, FAIR_SHARE)
        while line.frames and len(taken) < most and (line.alarms or not urgent):
            waiting = line.frames.popleft()
            line.alarms -= waiting.frame.is_alarm
            taken.append(waiting)
        self._queue(identity, line)
        return taken

    def _line(self, waiting: Waiting) -> _Line:
        line = self._lines.setdefault(waiting.identity, _Line())
        line.alarms += waiting.frame.is_alarm
        self._normal.setdefault(waiting.identity)
        if line.alarms:
            self._urgent.setdefault(waiting.identity)
        return line

    def _queue(self, identity: str, line: _Line) -> None:
        """Who still waits goes to the end."""
        self._normal.pop(identity, None)
        if not line.alarms:
            self._urgent.pop(identity, None)
        if line.frames:
            self._normal[identity] = None
        else:
            del self._lines[identity]
