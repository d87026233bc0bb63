"""One range of bytes, as RFC 9110 §14 has it. What is not one range of bytes is passed over: the whole is given."""

import re

from gateway_service.problem.problem import Problem

_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII)


def wanted_bytes(told: str, size: int) -> tuple[int, int] | None:
    """First and last byte, both included; None for the whole. Raises Problem for a range that begins after the end."""
    match = _RANGE.fullmatch(told)
    if match is None or match.groups() == ("", ""):
        return None
    first, last = (int(each) if each else None for each in match.groups())
    if first is None:  # the last so many
        first, last = max(0, size - (last or 0)), size - 1
    elif last is not None and last < first:
        return None
    if first >= size:
        told_size = {"Content-Range": f"bytes */{size}"}
        raise Problem("RANGE_NOT_SATISFIABLE", 416, "The range begins after the end.", headers=told_size)
    return first, min(size - 1, size - 1 if last is None else last)
