"""A device and whose it is: dated, one holder at a time, never rewritten."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


class HolderUnclear(Exception):
    """Neither or both of person and place were named."""


class HolderOutOfRegion(Exception):
    """The holder lives outside the region that owns the device."""


class DeviceNotAssigned(Exception):
    """There is nothing to take back."""


class AdapterUnknown(Exception):
    """No adapter of that name is installed."""


class OptionUnknown(Exception):
    """The adapter has no such option, or no such choice of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A person who wears the device or a place it watches, with the region and ~100 m cell of the home."""

    person: str = ""
    place: str = ""
    region: str
    cell: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    name: str
    device: str
    holder: Holder
    start_time: datetime
    end_time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The device has this holder from now on; None: nobody has it."""

    device: str
    holder: Holder | None
    start_time: datetime


@dataclass(slots=True, kw_only=True)
class Device:
    name: str
    adapter: str
    identity: str
    vendor: str
    model: str
    region: str
    options: Mapping[str, str]
    assignment: Assignment | None = None
    last_seen_time: datetime | None = None
    battery_percent: int | None = None
    facts: list[Given] = field(default_factory=list)

    def give(self, holder: Holder, *, assignment: str, now: datetime) -> None:
        """Giving it to who already has it changes nothing."""
        if bool(holder.person) == bool(holder.place):
            raise HolderUnclear
        if not covers(self.region, holder.region):
            raise HolderOutOfRegion
        if self.assignment and _same(self.assignment.holder, holder):
            return
        self.assignment = Assignment(name=assignment, device=self.name, holder=holder, start_time=now)
        self.facts.append(Given(device=self.name, holder=holder, start_time=now))

    def take_back(self, now: datetime) -> None:
        if self.assignment is None:
            raise DeviceNotAssigned
        self.assignment = None
        self.facts.append(Given(device=self.name, holder=None, start_time=now))


def covers(region: str, below: str) -> bool:
    return below == region or below.startswith(f"{region}/")


def check_options(wanted: Mapping[str, str], known: Mapping[str, tuple[str, ...]]) -> None:
    for name, choice in wanted.items():
        if choice not in known.get(name, ()):
            raise OptionUnknown(f"{name}={choice}")


def _same(one: Holder, other: Holder) -> bool:
    return (one.person, one.place) == (other.person, other.place)
