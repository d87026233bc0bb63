"""Refusals: a name a machine can switch on, a sentence a person can act on."""

import re
from collections.abc import Mapping
from typing import ClassVar

STATUSES = frozenset(
    {
        "INVALID_ARGUMENT",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "FAILED_PRECONDITION",
        "PERMISSION_DENIED",
        "UNAUTHENTICATED",
        "RESOURCE_EXHAUSTED",
        "ABORTED",
        "UNAVAILABLE",
        "DEADLINE_EXCEEDED",
    }
)


class Refusal(Exception):
    """A call that is understood and not done. `status` is the rpc code, the reason is the class name."""

    status: ClassVar[str] = "FAILED_PRECONDITION"
    sentence: ClassVar[str] = "This cannot be done now."

    def __init__(self, **metadata: str) -> None:
        super().__init__(self.sentence)
        self.metadata = metadata

    @property
    def reason(self) -> str:
        return reason_of(type(self))


class NotFound(Refusal):
    """There is no such thing, or none the caller may know of."""

    status = "NOT_FOUND"
    sentence = "There is no such thing here."

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


def reason_of(refusal: type[BaseException]) -> str:
    """`OfferGone` → `OFFER_GONE`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", refusal.__name__).upper()


# A service's own refusals from its domains: exception → (status, sentence).
Refusals = Mapping[type[Exception], tuple[str, str]]
