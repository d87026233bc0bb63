"""Why a process could not be used, each with a name and a sentence a person can act on."""

from collections import deque
from pathlib import Path
from typing import ClassVar


class Refusal(RuntimeError):
    reason: ClassVar[str] = "REFUSED"


class ProcessDied(Refusal):
    reason: ClassVar[str] = "PROCESS_DIED"

    def __init__(self, name: str, returncode: int | None, log_path: Path) -> None:
        super().__init__(f"{name} ended with code {returncode}; the end of {log_path}:\n{last_lines(log_path)}")
        self.name, self.returncode, self.log_path = name, returncode, log_path


class ProcessNotReady(Refusal):
    reason: ClassVar[str] = "PROCESS_NOT_READY"

    def __init__(self, name: str, timeout: float, log_path: Path) -> None:
        super().__init__(f"{name} was not ready after {timeout:g} s; the end of {log_path}:\n{last_lines(log_path)}")
        self.name, self.log_path = name, log_path


def last_lines(path: Path, count: int = 15) -> str:
    try:
        with path.open(errors="replace") as log:
            return "".join(deque(log, maxlen=count)).rstrip() or "(empty)"
    except OSError:
        return "(no log was written)"
