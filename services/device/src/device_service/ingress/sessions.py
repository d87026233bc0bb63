"""Who speaks for an identity right now."""

from typing import Protocol


class Session(Protocol):
    @property
    def heard_at(self) -> float: ...

    def cut(self, reason: str) -> None: ...


ALIVE_FOR_S = 600.0


class Sessions:
    """Nobody proves who they are on this wire, so a newcomer is heard, told of, and never shut out by the old."""

    def __init__(self, most_each: int) -> None:
        self._most_each = most_each
        self._speaking: dict[str, list[Session]] = {}

    def __len__(self) -> int:
        return len(self._speaking)

    def speaking(self) -> set[str]:
        return set(self._speaking)

    def join(self, identity: str, session: Session, now: float) -> bool:
        """True when another session of this identity was heard lately. Too many: the most silent one is closed."""
        others = self._speaking.setdefault(identity, [])
        if session in others:
            return False
        is_second = any(now - other.heard_at < ALIVE_FOR_S for other in others)
        others.append(session)
        if len(others) > self._most_each:
            silent = min(others[:-1], key=lambda other: other.heard_at)
            others.remove(silent)
            silent.cut("TOO_MANY_SESSIONS")
        return is_second

    def leave(self, identity: str, session: Session) -> None:
        others = self._speaking.get(identity, [])
        if session in others:
            others.remove(session)
        if not others:
            self._speaking.pop(identity, None)
