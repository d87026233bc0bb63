"""What somebody listens to: the timeline of one incident, or of all incidents of a region."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`incidents/…` or `regions/…`, in one language."""

    name: str
    language: str

    @property
    def is_region(self) -> bool:
        return self.name.startswith("regions/")


def region_and_above(region: str) -> list[str]:
    """`regions/a/b` → itself and `regions/a`: whose feeds show it."""
    parts = region.split("/")
    return ["/".join(parts[:end]) for end in range(len(parts), 1, -1)]
