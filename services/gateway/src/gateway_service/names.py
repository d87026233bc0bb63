"""Display names a reader was told: each reading is logged where the names are kept, so it is not asked at each look."""

from collections import OrderedDict

from chassis.clock import monotonic

GOOD_FOR_S, NAMELESS_FOR_S, KEPT = 300.0, 5.0, 2_000


class Names:
    """What one reader was told, for some minutes. Another reader asks for themselves."""

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[str, str, str], tuple[str, float]] = OrderedDict()

    def known(self, reader: str, about: str, person: str) -> str | None:
        """None when it must be asked for; empty for somebody without a name."""
        name, until = self._told.get((reader, about, person), ("", 0.0))
        return name if until > monotonic() else None

    def keep(self, reader: str, about: str, person: str, name: str) -> None:
        """Somebody without a name may have one soon: who has just been sent is told to the others a moment later."""
        self._told[reader, about, person] = (name, monotonic() + (GOOD_FOR_S if name else NAMELESS_FOR_S))
        self._told.move_to_end((reader, about, person))
        while len(self._told) > KEPT:
            self._told.popitem(last=False)
