"""Whose rows a list may show: those of one region and all below it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    region: str

    @property
    def below(self) -> str:
        """A LIKE pattern for everything under the region."""
        plain = self.region.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"{plain}/%"
