"""What /proc says: who is whose child, who carries our mark, who is still the same process."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
STANDSTILL = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A process as it was seen; its start time tells it from a later one with the same number."""

    pid: int
    parent: int
    started: int
    name: str
    state: str

    def alive(self) -> bool:
        now = look(self.pid)
        return now is not None and now.started == self.started

    def stands_still(self) -> bool:
        now = look(self.pid)
        return now is None or now.started != self.started or now.state in {"T", "t"}

    def send(self, number: signal.Signals) -> None:
        if self.alive():
            with suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, number)

    def environment(self) -> frozenset[bytes]:
        try:
            return frozenset((PROC / str(self.pid) / "environ").read_bytes().split(b"\0"))
        except OSError:
            return frozenset()

    def works_in(self) -> Path | None:
        try:
            return (PROC / str(self.pid) / "cwd").readlink()
        except OSError:
            return None


def look(pid: int) -> Seen | None:
    """None when it is gone, a zombie included."""
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    fields = rest.split()
    if fields[0] in {"Z", "X"}:
        return None
    return Seen(pid=pid, parent=int(fields[1]), started=int(fields[19]), name=name, state=fields[0])


def everyone() -> Iterator[Seen]:
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (seen := look(int(entry.name))) is not None:
            yield seen


def chosen(wanted: Callable[[Seen], bool]) -> list[Seen]:
    """Those wanted and all below them, parents first; never this process nor those above it."""
    crowd = {seen.pid: seen for seen in everyone()}
    spared = set(_above(os.getpid(), crowd))
    found = [seen for seen in crowd.values() if seen.pid not in spared and wanted(seen)]
    known = {seen.pid for seen in found}
    for seen in found:
        below = [child for child in crowd.values() if child.parent == seen.pid and child.pid not in known | spared]
        known.update(child.pid for child in below)
        found.extend(below)
    return found


def _above(pid: int, crowd: dict[int, Seen]) -> Iterator[int]:
    while pid in crowd:
        yield pid
        pid = crowd[pid].parent


def marked(*marks: str) -> list[Seen]:
    wanted = {mark.encode() for mark in marks}
    return chosen(lambda seen: wanted <= seen.environment())


def freeze(find: Callable[[], Iterable[Seen]]) -> list[Seen]:
    """Stops all that `find` sees, again until nothing new was born meanwhile."""
    stopped: dict[int, Seen] = {}
    while new := [seen for seen in find() if seen.pid not in stopped]:
        for seen in new:
            seen.send(signal.SIGSTOP)
            stopped[seen.pid] = seen
        _await_standstill(new)
    return list(stopped.values())


def _await_standstill(those: Iterable[Seen]) -> None:
    # A process inside a disk write stops only when the write is over.
    deadline = time.monotonic() + STANDSTILL
    while not all(seen.stands_still() for seen in those) and time.monotonic() < deadline:
        time.sleep(0.001)


def kill(find: Callable[[], Iterable[Seen]]) -> list[Seen]:
    victims = freeze(find)
    for seen in victims:
        seen.send(signal.SIGKILL)
    return victims
