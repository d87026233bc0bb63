"""What a run folder remembers between starts: passwords and ports, readable by its owner alone."""

import json
import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

FILE = "servers.json"


class Memory:
    def __init__(self, run_dir: Path) -> None:
        self._path = run_dir / FILE
        self._lock = threading.RLock()
        self._facts = self._read()

    def password(self, name: str) -> str:
        return str(self._remembered(f"password {name}", lambda: secrets.token_urlsafe(18)))

    def port(self, name: str) -> int | None:
        with self._lock:
            value = self._facts.get(f"port {name}")
            return int(value) if value is not None else None

    def keep_port(self, name: str, port: int) -> None:
        with self._lock:
            self._facts[f"port {name}"] = port
            self._write()

    def _remembered(self, key: str, make: Callable[[], str]) -> str | int:
        with self._lock:
            if key not in self._facts:
                self._facts[key] = make()
                self._write()
            return self._facts[key]

    def _read(self) -> dict[str, str | int]:
        try:
            facts: dict[str, str | int] = json.loads(self._path.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return facts

    def _write(self) -> None:
        fresh = self._path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as out:
            json.dump(self._facts, out, indent=1)
        fresh.replace(self._path)
