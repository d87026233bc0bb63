"""How far a part has been written: enough to go on after a crash, and what the manifest says of it in the end."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from eldercare.export.v1.export_service_pb2 import Part

LISTED_GAPS = 100


@dataclass(slots=True, kw_only=True)
class Gaps:
    """Numbers that should follow each other and do not: how many holes, how many numbers, and the first of them."""

    holes: int = 0
    missing: int = 0
    first: list[dict[str, Any]] = field(default_factory=list)
    counted_in: str = ""
    counter: int = 0

    def see(self, counted_in: str, counter: int) -> None:
        """Every count begins with one."""
        before = self.counter if counted_in == self.counted_in else 0
        if counter > before + 1:
            self.holes += 1
            self.missing += counter - before - 1
            if len(self.first) < LISTED_GAPS:
                self.first.append({"in": counted_in, "from": before + 1, "to": counter - 1})
        self.counted_in, self.counter = counted_in, counter

    def told(self) -> dict[str, Any]:
        return {"holes": self.holes, "missing": self.missing, "first": self.first}


@dataclass(slots=True, kw_only=True)
class FileProgress:
    path: str
    bytes: int = 0
    count: int = 0


@dataclass(slots=True, kw_only=True)
class Tally:
    """What is said of the lines of one part; the same lines, the same tally."""

    count: int = 0
    first: list[Any] = field(default_factory=list)
    last: list[Any] = field(default_factory=list)
    earliest: str = ""
    latest: str = ""
    gaps: Gaps = field(default_factory=Gaps)

    def see(self, part: Part, told: Mapping[str, Any]) -> None:
        self.count += 1
        self.last = [told[name] for name in part.sorted_by]
        self.first = self.first or self.last
        moment = told[part.time] if part.time else ""
        self.earliest = min(self.earliest or moment, moment)
        self.latest = max(self.latest, moment)
        if part.counter:
            self.gaps.see(told[part.counted_in], told[part.counter])

    def told(self, part: Part) -> dict[str, Any]:
        said: dict[str, Any] = {"count": self.count, "first": self.first, "last": self.last}
        said |= {"earliest": self.earliest, "latest": self.latest}
        return said | ({"gaps": self.gaps.told()} if part.counter else {})


@dataclass(slots=True, kw_only=True)
class Progress:
    """Of one part. `after` is where its rest begins."""

    files: list[FileProgress] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    after: list[str] = field(default_factory=list)
    is_done: bool = False

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> "Progress":
        row = json.loads(text)
        tally = row["tally"]
        return cls(
            files=[FileProgress(**each) for each in row["files"]],
            tally=Tally(**tally | {"gaps": Gaps(**tally["gaps"])}),
            after=row["after"],
            is_done=row["is_done"],
        )
