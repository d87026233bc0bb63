"""How far a list may look: a region and all below it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    region: str

    @property
    def below(self) -> str:
        """A LIKE pattern; region names hold neither % nor _."""
        return f"{self.region}/%"
