"""The administrative tree. A region covers itself and everything below it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PATH = re.compile(r"regions(/[a-z0-9-]{1,40}){1,4}")


class RegionPathInvalid(Exception):
    """Not a path of one to four levels."""


class RegionTitleInvalid(Exception):
    """Nothing to show, or characters nobody can see."""


class TimeZoneUnknown(Exception):
    """Not a zone of the IANA database."""


def covers(above: str, below: str) -> bool:
    """Tell whether one region is the other or stands above it."""
    return below == above or below.startswith(above + "/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The part of the tree a list may show. Every list takes one."""

    region: str

    def __post_init__(self) -> None:
        if not PATH.fullmatch(self.region):
            raise RegionPathInvalid

    def covers(self, region: str) -> bool:
        return covers(self.region, region)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    name: str
    display_name: str
    time_zone: str
    version: int = 1

    @classmethod
    def founded(cls, *, name: str, display_name: str, time_zone: str) -> Region:
        if not PATH.fullmatch(name):
            raise RegionPathInvalid
        return cls(name=name, display_name=_readable(display_name), time_zone=_known_zone(time_zone))

    @property
    def above(self) -> tuple[str, ...]:
        """Return every region this one lies in; the topmost lies in none."""
        levels = self.name.split("/")
        return tuple("/".join(levels[:depth]) for depth in range(2, len(levels)))

    def described(self, *, display_name: str, time_zone: str) -> Region:
        """Return the region as told; the same words again are no change."""
        told = replace(self, display_name=_readable(display_name), time_zone=_known_zone(time_zone))
        return self if told == self else replace(told, version=self.version + 1)


def _readable(title: str) -> str:
    if not title.strip() or not title.isprintable():
        raise RegionTitleInvalid
    return title


def _known_zone(key: str) -> str:
    try:
        ZoneInfo(key)
    except (ValueError, OSError, ZoneInfoNotFoundError) as unknown:
        raise TimeZoneUnknown from unknown
    return key
