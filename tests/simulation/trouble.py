"""What befalls the threads at the boundaries between their steps."""

from functools import partial

import psycopg

from tests.simulation.memory import Session
from tests.simulation.processes import CALM, HEARTBEAT, SILENT, Killed, Process, lose_sessions, seconds
from tests.simulation.scheduler import Scheduler


class Trouble(Scheduler):
    whole = 0  # since when

    def anything_may_happen(self, point: str) -> None:
        """No transaction is open here: others may go first, the process may die or freeze."""
        weather, task = self.weather, self._task
        if task is None or weather is CALM:
            return
        chance = self.rng.random()
        if chance < weather.switch:
            self._suspend(self.rng.randrange(1_000, 200_000))
            return
        chance -= weather.switch
        if chance < weather.stall:
            self.note(f"stalls at {point}")
            self._suspend(seconds(self.rng.uniform(1, 40)))
        elif chance < weather.stall + weather.kill:
            self.kill(task.stack[-1], point)
        elif chance < weather.stall + weather.kill + weather.freeze:
            self.freeze(task.stack[-1], seconds(self.rng.uniform(1, 90)), point)

    def between(self, session: Session, point: str) -> None:
        self.anything_may_happen(point)
        if session.closed or self._chance(self.weather.lose):
            session.lose()
            self.note(f"loses its connection at {point}")
            raise psycopg.OperationalError("the connection is lost")

    def within(self, session: Session) -> None:
        weather = self.weather
        if weather is CALM or self._task is None:
            return
        chance = self.rng.random()
        if chance < weather.collide:
            self.note("meets another transaction")
            raise psycopg.errors.DeadlockDetected("made up")
        chance -= weather.collide
        if chance < weather.cancel:
            self.note("takes too long")
            raise psycopg.errors.QueryCanceled("made up")
        chance -= weather.cancel
        if chance < weather.kill / 4:
            self.kill(self._task.stack[-1], "a transaction")
        if chance < weather.kill / 4 + weather.lose / 4:
            session.lose()
            self.note("loses its connection in a transaction")
            raise psycopg.OperationalError("the connection is lost")

    def fate_of_publish(self) -> str:
        if not self._chance(self.weather.publish):
            return ""
        return self.rng.choice(["cut", "silent", "nack"])

    def handler_fails(self) -> bool:
        return self._chance(self.weather.handler)

    def call_fails(self) -> bool:
        return self._chance(self.weather.call)

    def _chance(self, of: float) -> bool:
        return of > 0 and self.rng.random() < of

    def kill(self, process: Process, point: str) -> None:
        """Raises in the thread that runs; the other threads of the process end before the next step."""
        self.note(f"killed at {point}")
        process.is_alive = False
        self._doomed.append(process)
        raise Killed(process)

    def freeze(self, process: Process, span: int, point: str) -> None:
        """SIGSTOP: the broker misses its heartbeat, PostgreSQL ends sessions that are silent; then it goes on."""
        self.note(f"frozen at {point} for {span // 1_000_000} s")
        process.frozen_until = self.now + span
        if span > HEARTBEAT:
            self.later(HEARTBEAT, process.silent)
        if span > SILENT:
            self.later(SILENT, partial(lose_sessions, process))
        self._suspend(span)

    def _sweep(self) -> None:
        while self._doomed:
            process = self._doomed.pop()
            for task in [each for each in self._tasks if process in each.stack]:
                self._resume(task, Killed(process))
            lose_sessions(process)
            process.died()
            self.later(seconds(self.rng.uniform(0.2, 8)), partial(self._restart, process))

    def _restart(self, process: Process) -> None:
        self.story.append((self.now, process.name, "starts"))
        process.is_alive, process.frozen_until = True, 0
        for loop in process.loops:
            loop.session, loop.is_busy, loop.rests_until, loop.state = None, False, 0, None

    def heal(self) -> None:
        """From here on nothing goes wrong any more."""
        self.story.append((self.now, "-", "everything is whole again"))
        self.weather, self.whole = CALM, self.now
        for process in self.processes:
            process.frozen_until = min(process.frozen_until, self.now)
