"""A file of keys that may be replaced while a process runs: it is read anew when it changed."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog
from joserfc.errors import JoseError

from chassis.clock import monotonic

T = TypeVar("T")
Stamp = tuple[int, int, int]
LOOKED_AT_EVERY_S = 1.0
log = structlog.get_logger(__name__)


class KeyFile(Generic[T]):
    """What `parse` makes of the file. A file that is gone or half written changes nothing: the last whole one holds."""

    def __init__(self, path: Path, parse: Callable[[str], T]) -> None:
        self._path, self._parse = path, parse
        self._stamp, self._looked_at = self._stamp_of(), monotonic()
        self._value = parse(path.read_text())

    def value(self, *, now: bool = False) -> T:
        """`now`: look whether it changed even if that was done a moment ago."""
        if now or monotonic() - self._looked_at >= LOOKED_AT_EVERY_S:
            self._looked_at = monotonic()
            self._look()
        return self._value

    def _look(self) -> None:
        try:
            stamp = self._stamp_of()
            if stamp == self._stamp:
                return
            self._value, self._stamp = self._parse(self._path.read_text()), stamp
        except (OSError, ValueError, KeyError, TypeError, AttributeError, JoseError) as unreadable:
            log.warning("keys.unreadable", file=self._path.name, reason=type(unreadable).__name__)
            return
        log.info("keys.read_anew", file=self._path.name)

    def _stamp_of(self) -> Stamp:
        found = self._path.stat()
        return found.st_mtime_ns, found.st_ino, found.st_size
