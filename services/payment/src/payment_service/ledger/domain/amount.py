"""Money is counted in the minor units of an asset, never measured."""

from __future__ import annotations

from dataclasses import dataclass


class AssetMismatch(Exception):
    """Two amounts of different assets cannot be added or compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    minor: int
    asset: str

    def __add__(self, other: Amount) -> Amount:
        return Amount(minor=self.minor + self._alike(other).minor, asset=self.asset)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(minor=self.minor - self._alike(other).minor, asset=self.asset)

    def _alike(self, other: Amount) -> Amount:
        if other.asset != self.asset:
            raise AssetMismatch(f"{other.asset} where {self.asset} was meant")
        return other
