"""Who goes next: one seed decides everything, time is a number."""

import random
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any, ClassVar

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]

from tests.simulation.processes import BEGINNING, MOST_STEPS, Broken, Killed, Loop, Process, Task, Weather
from tests.simulation.values import moment_of


class Scheduler:
    """Steps of real code in an order that the seed chose."""

    _running: ClassVar[Any] = None

    @classmethod
    def current(cls) -> Any:
        return cls._running

    def __init__(self, seed: int) -> None:
        type(self)._running = Scheduler._running = self
        self.seed, self.rng = seed, random.Random(seed)
        self.now = BEGINNING
        self.weather = Weather.of(self.rng)
        self.processes: list[Process] = []
        self.story: list[tuple[int, str, str]] = []
        self.broken = ""
        self.steps = 0
        self._main = getcurrent()
        self._tasks: list[Task] = []
        self._task: Task | None = None
        self._doomed: list[Process] = []
        self._plans: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = count()
        self.broker: Any = None

    # time

    def later(self, after: int, act: Callable[[], None]) -> None:
        heappush(self._plans, (self.now + after, next(self._numbers), act))

    def monotonic(self) -> float:
        return self.now / 1_000_000

    def pass_time(self, span: int) -> None:
        """The thread that runs waits; others go on."""
        if self._task is None:
            self.now += span
        else:
            self._suspend(span)

    def note(self, what: str) -> None:
        who = self._task.stack[-1].name if self._task else "-"
        self.story.append((self.now, who, what))

    def telling(self) -> str:
        """What happened, a line each."""
        return "\n".join(f"{moment_of(at):%d %H:%M:%S.%f} {who:16} {what}" for at, who, what in self.story)

    def run_until(self, end: int) -> None:
        while self._step(end):
            if self.broken:
                raise Broken(self.broken)
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise Broken("it does not come to rest")

    def _step(self, end: int) -> bool:
        self.now += self.rng.randrange(100, 2_000)
        now = self.now
        while self._plans and self._plans[0][0] <= now:
            heappop(self._plans)[2]()
        waiting = [task for task in self._tasks if task.until <= now and not _is_frozen(task, now)]
        loops = self.ready_loops()
        if waiting or loops:
            chosen = self.rng.randrange(len(waiting) + len(loops))
            if chosen < len(waiting):
                self._resume(waiting[chosen])
            else:
                self._start(*loops[chosen - len(waiting)])
            self._sweep()
            return True
        following = self._next_moment()
        if following is None or following > end:
            self.now = max(self.now, end)
            return False
        self.now = max(now, following)
        return True

    def _sweep(self) -> None:
        """Before the next step: who was killed is gone."""
        raise NotImplementedError

    def ready_loops(self) -> list[tuple[Process, Loop]]:
        raise NotImplementedError

    def moments(self) -> list[int]:
        """When there will be something for a loop to do."""
        raise NotImplementedError

    def _next_moment(self) -> int | None:
        moments = [max(task.until, *(each.frozen_until for each in task.stack)) for task in self._tasks]
        if self._plans:
            moments.append(self._plans[0][0])
        return min([*moments, *self.moments()], default=None)

    # threads

    def _start(self, process: Process, loop: Loop) -> None:
        loop.is_busy = True

        def run() -> None:
            if loop.work(loop) == 0:
                loop.rests_until = self.now + loop.poll

        def done() -> None:
            loop.is_busy = False

        self._resume(self.task(process, run, done))

    def task(self, process: Process, run: Callable[[], None], done: Callable[[], None] = lambda: None) -> Task:
        task = Task(greenlet(run), [process], done=done)
        self._tasks.append(task)
        return task

    def _resume(self, task: Task, failure: BaseException | None = None) -> None:
        self._task = task
        try:
            if failure is None:
                task.thread.switch()
            else:
                task.thread.throw(failure)
        except Killed:
            pass
        finally:
            self._task = None
        if task.thread.dead:
            self._tasks.remove(task)
            task.done()

    def _suspend(self, span: int) -> None:
        task = self._task
        assert task is not None
        task.until = self.now + span
        self._main.switch()

    def end(self) -> None:
        """Threads that still wait are let go."""
        for task in list(self._tasks):
            self._resume(task, Killed(task.stack[0]))
        Scheduler._running = None


def _is_frozen(task: Task, now: int) -> bool:
    return any(process.frozen_until > now for process in task.stack)
