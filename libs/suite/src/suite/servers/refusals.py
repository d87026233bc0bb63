"""Why the local servers cannot be had, each with a name and a sentence a person can act on."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from suite.processes.refusals import Refusal


class ServerMissing(Refusal):
    reason: ClassVar[str] = "SERVER_MISSING"

    def __init__(self, names: Sequence[str], ways: Sequence[str]) -> None:
        self.name = " and ".join(names)
        self.ways = tuple(ways)
        verb = "were" if len(names) > 1 else "was"
        super().__init__("\n".join([f"{self.name} {verb} not found. Ways to get it:", *(f"  - {way}" for way in ways)]))


class RunDirBusy(Refusal):
    reason: ClassVar[str] = "RUN_DIR_BUSY"

    def __init__(self, run_dir: Path) -> None:
        super().__init__(f"another suite is running in {run_dir}: stop it, or choose another folder")


class ServerNotOurs(Refusal):
    reason: ClassVar[str] = "SERVER_NOT_OURS"

    def __init__(self, name: str, verb: str) -> None:
        super().__init__(f"{name} was given by an address in the environment, so it is not ours to {verb}")


class ServerUnusable(Refusal):
    reason: ClassVar[str] = "SERVER_UNUSABLE"
