"""A part on its way to files: lines appended, a new file before one grows too large."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from chassis.export.progress import FileProgress, Progress
from eldercare.export.v1.export_service_pb2 import Part, StreamExportResponse

LARGEST_FILE = 200 * 1000 * 1000
CORE = "core"


class FilesGone(Exception):
    """What was written before is no longer there."""


class PartWriter:
    """Goes on where `progress` says; what was written behind it, before a crash, is cut off."""

    def __init__(self, folder: Path, part: Part, progress: Progress, *, largest: int = LARGEST_FILE) -> None:
        self._folder, self._part, self._largest = folder, part, largest
        self.progress = progress
        (folder / CORE).mkdir(parents=True, exist_ok=True)
        if not progress.files:
            progress.files.append(FileProgress(path=self._path(1)))
        self._file = self._reopen()

    def take(self, answers: Iterable[StreamExportResponse]) -> None:
        for answer in answers:
            for line in answer.lines:
                self._append(line)
            self.progress.after = list(answer.next)
            self.progress.is_done = answer.is_last

    def close(self) -> None:
        """What was taken is on disk when this returns."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def _append(self, line: bytes) -> None:
        current = self.progress.files[-1]
        if current.count and current.bytes + len(line) + 1 > self._largest:
            self.close()
            current = FileProgress(path=self._path(len(self.progress.files) + 1))
            self.progress.files.append(current)
            self._file = (self._folder / current.path).open("wb")
        self._file.write(line + b"\n")
        current.bytes += len(line) + 1
        current.count += 1
        self.progress.tally.see(self._part, json.loads(line))

    def _path(self, number: int) -> str:
        suffix = "" if number == 1 else f"-{number:04}"
        return f"{CORE}/{self._part.noun}{suffix}.ndjson"

    def _reopen(self) -> BinaryIO:
        current = self.progress.files[-1]
        path = self._folder / current.path
        if current.bytes == 0:
            return path.open("wb")
        if not path.exists() or path.stat().st_size < current.bytes:
            raise FilesGone(current.path)
        file = path.open("r+b")
        file.truncate(current.bytes)
        file.seek(current.bytes)
        return file
