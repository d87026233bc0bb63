"""What every fact carries about where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Correlation (the story), causation (the event, request or timer before), actor, region, person, trace."""

    correlation: str = ""
    causation: str = ""
    actor: str = ""
    region: str = ""
    person: str = ""
    traceparent: str = ""

    def as_json(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in _NAMES}

    @classmethod
    def from_json(cls, row: Mapping[str, str]) -> "Context":
        return cls(**{name: row.get(name, "") for name in _NAMES})


_NAMES = tuple(each.name for each in fields(Context))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who signed the call: `persons/…`, `providers/…` or `services/…`, with roles such as `operator@regions/…`, and the
    session the token was made in."""

    subject: str
    roles: tuple[str, ...] = ()
    purpose: str = ""
    session: str = ""
    # All that the token opens; None: whatever its roles do.
    scopes: tuple[str, ...] | None = None
    # Unix time of the last second of the token.
    until: int = field(default=0, compare=False)

    @property
    def is_service(self) -> bool:
        return self.subject.startswith("services/")

    def objects_of(self, role: str) -> list[str]:
        """The objects of a role: `operator` of which regions, `worker` at which providers."""
        return [entry.partition("@")[2] for entry in self.roles if entry.partition("@")[0] == role]
