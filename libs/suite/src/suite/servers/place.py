"""The run folder of one suite: its lock, its memory, and what a crash may have left in it."""

import fcntl
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from suite.processes import proc
from suite.processes.process import RUN_DIR
from suite.servers.home import Home, home_for, outside_folder, remove_orphans
from suite.servers.memory import Memory
from suite.servers.ports import free_port, release
from suite.servers.refusals import RunDirBusy

SERVER_PROGRAMS = {"postgres", "beam.smp", "epmd", "erl_child_setup", "inet_gethost", "redis-server", "valkey-server"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    run_dir: Path
    memory: Memory
    durable: bool
    held: IO[bytes]
    ports: list[int] = field(default_factory=list)

    def close(self) -> None:
        release(*self.ports)
        self.ports.clear()
        self.held.close()

    def home(self, name: str, *users: str) -> Home:
        return home_for(self.run_dir, name, users)

    def log(self, name: str) -> Path:
        return self.run_dir / "logs" / f"{name}.log"

    def port(self, name: str) -> int:
        port = free_port(self.memory.port(name))
        self.ports.append(port)
        self.memory.keep_port(name, port)
        return port


def lock(run_dir: Path) -> IO[bytes]:
    """Held until closed or until this process ends, however it ends."""
    handle = (run_dir / "lock").open("ab")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise RunDirBusy(run_dir) from None
    return handle


def end_leftovers(run_dir: Path) -> int:
    """Ends what a crashed suite of this folder left running. Call with the lock held."""
    mark = f"{RUN_DIR}={run_dir}".encode()
    folders = (run_dir, outside_folder(run_dir))

    def ours(seen: proc.Seen) -> bool:
        if mark in seen.environment():
            return True
        # PostgreSQL overwrites the environment of its children, but all of them work in the data folder.
        where = seen.works_in() if seen.name in SERVER_PROGRAMS else None
        return where is not None and any(where.is_relative_to(folder) for folder in folders)

    victims = proc.kill(lambda: proc.chosen(ours))
    while any(seen.alive() for seen in victims):
        time.sleep(0.02)
    return len(victims)


def open_place(run_dir: Path, *, durable: bool) -> Place:
    run_dir = run_dir.resolve()
    run_dir.mkdir(parents=True, exist_ok=True)
    held = lock(run_dir)
    remove_orphans()
    return Place(run_dir=run_dir, memory=Memory(run_dir), durable=durable, held=held)
