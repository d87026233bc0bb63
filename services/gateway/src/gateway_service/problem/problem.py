"""What could not be done, as application/problem+json (RFC 9457). The reason is stable, the words follow the reader."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType

import grpc

from gateway_service.text.catalogue import Catalogue

MEDIA_TYPE = "application/problem+json"
_STATUS = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.FAILED_PRECONDITION: 409,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.CANCELLED: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One input that is missing or wrong; `field` is a path such as `position.lat`."""

    field: str
    detail: str


class Problem(Exception):
    """Raised anywhere below a route. `sentence` is English, for reasons the catalogue does not know."""

    def __init__(
        self,
        reason: str,
        status: int,
        sentence: str = "",
        *,
        errors: Sequence[FieldError] = (),
        retry_after: str = "",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(f"{reason} {status} {sentence}".strip())
        self.reason, self.status, self.sentence = reason, status, sentence
        self.errors, self.retry_after, self._headers = tuple(errors), retry_after, headers

    @property
    def type(self) -> str:
        return f"urn:eldercare:problem:{self.reason.lower().replace('_', '-')}"

    def headers(self) -> dict[str, str]:
        if self.status == 401:
            return {"WWW-Authenticate": "Bearer"}
        if self.retry_after or self.status == 503:
            return {"Retry-After": self.retry_after or "1"}
        return dict(self._headers)

    def body(self, words: Catalogue) -> dict[str, object]:
        title, detail = words.problem(self.reason, self.status, self.sentence)
        body: dict[str, object] = {"type": self.type, "title": title, "status": self.status, "detail": detail}
        if self.errors:
            body["errors"] = [asdict(error) for error in self.errors]
        return body


def status_of(code: grpc.StatusCode) -> int:
    """The HTTP status of an rpc code; what is not a refusal is our fault."""
    return _STATUS.get(code, 500)
