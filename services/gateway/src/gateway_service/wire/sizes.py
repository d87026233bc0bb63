"""What a request may weigh before anybody looks at it. What is not a number is left to the server to refuse."""

from starlette.types import Scope

from gateway_service.problem.problem import Problem

LARGEST_BODY = 256 * 1024
LONGEST_ADDRESS = 4 * 1024
LARGEST_HEADERS = 12 * 1024


def check_size(scope: Scope) -> None:
    """Raises Problem."""
    headers = scope["headers"]
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
        raise Problem("ADDRESS_TOO_LONG", 414, "The path and query are too long.")
    if sum(len(name) + len(value) for name, value in headers) > LARGEST_HEADERS:
        raise Problem("HEADERS_TOO_LARGE", 431, "The headers are too large.")
    told = next((value for name, value in headers if name == b"content-length"), b"")
    if told.isdigit() and int(told) > LARGEST_BODY:
        raise Problem("BODY_TOO_LARGE", 413, "The body is too large.")
