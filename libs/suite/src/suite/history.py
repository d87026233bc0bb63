"""What clients tried, what they were told, and what the stores say came of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Told(StrEnum):
    """The answer a client had in the end. Unknown: none came, so it may have happened or not."""

    OK = "ok"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One thing somebody wanted once, however often it was said: a press, a command. `key` finds it in the stores."""

    key: str
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Keys by what is wrong with them, and how many attempts nobody answered (these may have 0 or 1 effect)."""

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    phantom: tuple[str, ...] = ()
    unknown: int = 0

    @property
    def wrong(self) -> bool:
        return bool(self.lost or self.doubled or self.phantom)

    def sentences(self, what: str) -> list[str]:
        return [f"{name}: {what} {key}" for name in ("lost", "doubled", "phantom") for key in getattr(self, name)]


def judge(attempts: Iterable[Attempt], effects: Iterable[str]) -> Verdict:
    """Lost: told ok, no effect. Doubled: more than one. Phantom: an effect nobody tried, or that was refused."""
    tried = list(attempts)
    seen = Counter(effects)
    welcome = {each.key for each in tried if each.told != Told.REFUSED}
    return Verdict(
        lost=tuple(each.key for each in tried if each.told == Told.OK and not seen[each.key]),
        doubled=tuple(key for key, count in seen.items() if count > 1 and key in welcome),
        phantom=tuple(key for key in seen if key not in welcome),
        unknown=sum(each.told == Told.UNKNOWN for each in tried),
    )
